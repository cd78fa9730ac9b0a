import { expect, test } from 'vitest'
import type { StreamPlan } from '../../../src/runtime/core/plan/plan.js'
import type {
  NodeState,
  NodeStatus,
  RunStatus,
  Status,
  StreamStatus,
} from '../../../src/runtime/status/index.js'
import { Board } from '../../../src/runtime/view/board/board.js'
import { LogLines } from '../../../src/runtime/view/board/log-lines.js'
import { Rate } from '../../../src/runtime/view/board/rate.js'
import { streamNames } from '../../../src/runtime/view/board/stream-names.js'
import { callPlan, nodePlan, pipelinePlan, streamPlan } from '../../node/plans.js'

const plan = pipelinePlan([nodePlan('one'), nodePlan('two')])

const SERVER = { url: 'nats://127.0.0.1:4222', embedded: true, version: '2.14.0' }
const RUN = { host: 'here', pid: 1, since: 1, background: false }

const board = (): Board => new Board(plan, SERVER)

const nodeStatus = (name: string, ...callbacks: string[]): NodeStatus => ({
  what: 'node',
  name,
  host: 'here',
  pid: 1,
  callbacks,
  stages: {},
  calls: {},
  made: [],
  usage: { cpuSeconds: 1.5, memoryBytes: 2e8, heapBytes: 1e8, loopBusySeconds: 1, loopDelayMs: 2 },
})

const runStatus = (state: NodeState, ...names: string[]): Status => ({
  what: 'run',
  id: 'run',
  ...RUN,
  nodes: Object.fromEntries(
    ['one', ...names].map((name) => [
      name,
      { state, pid: 2, since: 1, restarts: 2, error: null, lastEnd: null },
    ]),
  ),
  calls: [],
  streams: [],
  lines: [],
})

const streamStatus = (id: string, items: number, processed: number): Status => ({
  what: 'stream',
  id,
  frames: null,
  ring: { slots: 64, used: 3 },
  summary: {
    call: 'take',
    source: 'numbers',
    from: 'one',
    delivery: 'lossless',
    items,
    bytes: items * 8,
    seconds: items / 10,
    error: null,
    receivers: {
      two: {
        lane: 'shm',
        state: 'attached',
        attaches: 1,
        error: null,
        offered: items,
        processed,
        dropped: 0,
        failed: 1,
        lost: 0,
        latencyMs: { p50: 1, p99: 2 },
      },
    },
  },
})

test('a node is what its run says, what its answers say, or not there', () => {
  const states = (statuses: Status[], at: number, on = board()): unknown =>
    on.update(statuses, at).nodes.map(({ name, state }) => [name, state])
  expect(states([], 0)).toEqual([
    ['one', 'absent'],
    ['two', 'absent'],
  ])
  expect(states([nodeStatus('two'), nodeStatus('guest', 'add'), nodeStatus('visitor')], 0)).toEqual([
    ['one', 'absent'],
    ['two', 'ready'],
    ['guest', 'ready'],
  ])
  expect(states([runStatus('failed', 'one-2')], 0)).toEqual([
    ['one', 'failed'],
    ['one-2', 'failed'],
    ['two', 'absent'],
  ])
  const same = board()
  expect(states([runStatus('ready'), nodeStatus('one')], 0, same)).toContainEqual(['one', 'ready'])
  expect(states([runStatus('ready')], 1000, same)).toContainEqual(['one', 'ready'])
  expect(states([runStatus('ready')], 5000, same)).toContainEqual(['one', 'silent'])
})

test('a stream has rates and lag; one that is silent has ended, and its next run takes its place', () => {
  const same = board()
  same.update([streamStatus('a', 10, 5)], 0)
  const [stream] = same.update([streamStatus('a', 20, 12)], 1000).streams
  expect(stream).toMatchObject({ name: 'one.numbers.take', state: 'running', rate: 10, byteRate: 80 })
  expect(stream?.receivers).toMatchObject([{ name: 'two', rate: 7, lag: 7 }])
  expect(same.update([], 9000).streams).toMatchObject([{ id: 'a', state: 'ended', rate: 0 }])
  expect(same.update([streamStatus('b', 1, 1)], 9500).streams).toMatchObject([{ id: 'b', state: 'running' }])
})

test('a rate is that of the last two seconds', () => {
  const rate = new Rate()
  expect(rate.add(0, 0)).toBe(0)
  expect(rate.add(1, 100)).toBe(100)
  for (let second = 2; second < 10; second++) rate.add(second, 100)
  expect(rate.add(10, 100)).toBe(0)
  expect(rate.add(1, 5)).toBe(0)
})

test('names are as short as they can be', () => {
  const origin = (from: string, source: string | null, call: string) => ({ from, source, call })
  expect(streamNames([origin('a', 'camera', 'show'), origin('b', null, 'show')])).toEqual(['camera', 'show'])
  expect(
    streamNames([
      origin('a', 'camera', 'show'),
      origin('a', 'camera', 'save'),
      origin('b', 'camera', 'show'),
    ]),
  ).toEqual(['a.camera.show', 'a.camera.save', 'b.camera'])
})

test('streams of one source to several nodes have states of their own, and names that no other stream changes', () => {
  const calls = ['two', 'three'].map((to) =>
    callPlan('take', { source: 'numbers', to, modifier: streamPlan() }),
  )
  const { one } = plan.nodes
  if (!one) throw new Error('the plan has no node')
  const same = new Board({ ...plan, nodes: { one: { ...one, calls } } }, SERVER)
  const statuses = calls.map(({ to }, index) => {
    const status = streamStatus(`to-${to}`, 5, 5) as StreamStatus
    return { ...status, summary: { ...status.summary, ...(to !== undefined && { to }) }, index }
  })
  const run: RunStatus = {
    ...(runStatus('ready') as RunStatus),
    calls: calls.map(({ to = '' }, index) => ({
      ...{ node: 'one', index, call: 'take', source: 'numbers', to, gaps: 0, error: null },
      state: to === 'two' ? 'done' : 'running',
    })),
  }
  const guest = streamStatus('guest', 1, 1) as StreamStatus
  const both = same.update([run, ...statuses.toReversed()], 0)
  expect(both.calls.map(({ to, state }) => [to, state])).toEqual([
    ['two', 'done'],
    ['three', 'running'],
  ])
  const names = (answers: Status[], at: number): unknown =>
    same.update(answers, at).streams.map(({ id, name }) => [id, name])
  expect(both.streams.map(({ name }) => name)).toEqual(['one.numbers.take.two', 'one.numbers.take.three'])
  const again = statuses.map((status) => ({ ...status, id: `${status.id}-again` }))
  expect(names([...again, { ...guest, summary: { ...guest.summary, from: 'guest' } }], 3000)).toEqual([
    ['to-two-again', 'one.numbers.take.two'],
    ['to-three-again', 'one.numbers.take.three'],
    ['guest', 'guest.numbers.take'],
  ])
})

test('totals are those of the run, by the names of the streams; of no run, those of the stream', () => {
  const { one } = plan.nodes
  if (!one) throw new Error('the plan has no node')
  const calls = [callPlan('take', { source: 'numbers', modifier: streamPlan() })]
  const same = new Board({ ...plan, nodes: { one: { ...one, calls } } }, SERVER)
  const run: RunStatus = {
    ...(runStatus('ready') as RunStatus),
    streams: [
      {
        ...{ node: 'one', index: 0, call: 'take', source: 'numbers', gaps: 2, items: 500, bytes: 4000 },
        receivers: {},
      },
    ],
  }
  const guest = streamStatus('guest', 3, 2) as StreamStatus
  const answers = [run, streamStatus('a', 1, 1), { ...guest, summary: { ...guest.summary, from: 'guest' } }]
  const { totals, calls: views } = same.update(answers, 0)
  expect(totals.map(({ name, items }) => [name, items])).toEqual([
    ['numbers', 500],
    ['guest.numbers.take', 3],
  ])
  expect(totals[1]?.receivers).toMatchObject([{ name: 'two', processed: 2, failed: 1 }])
  expect(views).toMatchObject([{ call: 'take', gaps: 2 }])
  // One answer that is late does not begin a count anew.
  expect(same.update([streamStatus('a', 1, 1)], 400).totals).toContainEqual(totals[0])
})

test('lines come once, in the order of their time', () => {
  const log = new LogLines()
  const line = (number: number, time: number) => ({
    number,
    time,
    node: 'one',
    stream: 'stdout' as const,
    level: 'info' as const,
    text: `${time}`,
  })
  const run = (id: string, ...lines: ReturnType<typeof line>[]): RunStatus => ({
    what: 'run',
    id,
    ...RUN,
    nodes: {},
    calls: [],
    streams: [],
    lines,
  })
  log.add([run('a', line(1, 10), line(2, 30)), run('b', line(1, 20))])
  log.add([run('a', line(2, 30), line(3, 40))])
  expect(log.after(0).map(({ text }) => text)).toEqual(['10', '20', '30', '40'])
  expect(log.after(3).map(({ text }) => text)).toEqual(['40'])
  expect(log.known).toEqual({ a: 3, b: 1 })
})

test('a stage has its account, also when its node has ended', () => {
  const same = board()
  const read = { in: 9, gave: 5, filtered: 3, failed: 1, out: 7 }
  same.update([{ ...nodeStatus('one', 'read'), stages: { read } }], 0)
  const [one] = same.update([], 10_000).nodes
  expect(one?.stages).toEqual([{ callback: 'read', ...read }])
  expect(one?.usage).toBe(null)
})

test('calls and streams of results are told apart by what they are results of', () => {
  const modifier = { kind: 'STREAM' } as StreamPlan
  const calls = ['read', 'write'].map((resultsOf) => ({
    ...{ call: 'take', source: undefined, resultsOf, args: [], to: undefined, waitFor: [], modifier },
  }))
  const { one } = plan.nodes
  if (!one) throw new Error('the plan has no node')
  const staged = new Board({ ...plan, nodes: { one: { ...one, calls } } }, SERVER)
  const run = runStatus('ready') as RunStatus
  const call = { node: 'one', call: 'take', source: null, gaps: 0, error: null } as const
  const streams = calls.map(({ resultsOf }, index) => {
    const status = streamStatus(resultsOf, index, 0) as StreamStatus
    return { ...status, summary: { ...status.summary, source: null, results_of: resultsOf } }
  })
  const { calls: seen, streams: views } = staged.update(
    [
      ...streams.toReversed(),
      {
        ...run,
        calls: [
          { ...call, index: 1, results_of: 'write', state: 'done' },
          { ...call, index: 0, results_of: 'read', state: 'running' },
        ],
      },
    ],
    0,
  )
  expect(seen.map(({ resultsOf, state }) => [resultsOf, state])).toEqual([
    ['read', 'running'],
    ['write', 'done'],
  ])
  expect(views.map(({ name }) => name)).toEqual(['one.read.take', 'one.write.take'])
})
