import { expect, test } from 'vitest'
import { DaffiError, toErrorRecord } from '../../../../src/runtime/core/errors.js'
import type { CallPlan } from '../../../../src/runtime/core/plan/plan.js'
import type { RunFile } from '../../../../src/runtime/runs/index.js'
import { streamPlan } from '../../plans.js'
import { RunRecord } from '../../../../src/runtime/node/supervise/report/run-record.js'

const plan: CallPlan = {
  call: 'show',
  source: 'camera',
  resultsOf: undefined,
  args: [],
  to: undefined,
  waitFor: [],
  modifier: streamPlan(),
}
const error = toErrorRecord(new DaffiError('DAFFI_TIMEOUT', 'nothing came'))
const run: RunFile = {
  name: 'shop',
  file: '/shop.yaml',
  inputs: { overrides: [], envFiles: ['/p/.env.dev'], profiles: ['debug'], nodes: [] },
  id: 'a1',
  host: 'here',
  process: { pid: 12, processTable: 'here', started: null },
  since: 1,
  background: false,
  ownServer: true,
  ended: null,
}
const everything = { lines: {} }

test('a run tells of its nodes, its calls, and the lines that are not known', () => {
  const record = new RunRecord(run)
  const server = { url: 'nats://127.0.0.1:4222', embedded: true, version: '2.14.0' }
  record.onEvent({ type: 'server', server, nodes: ['one', 'two'] })
  const lastEnd = { time: 2, exitCode: 3, signal: null, cause: 'ended with exit code 3' }
  const process = { pid: 13, since: 4 }
  const ready = { type: 'state', node: 'one', state: 'ready', restarts: 1, error: undefined } as const
  record.onEvent({ ...ready, process, lastEnd })
  record.onEvent({ type: 'line', stream: 'stdout', node: 'one', line: '\u001b[31mred\u001b[0m' })
  record.onEvent({ type: 'call', node: 'one', plan, report: { type: 'gap', index: 0, error } })
  const { id, pid, nodes, calls, lines } = record.status(everything)
  expect({ id, pid }).toEqual({ id: 'a1', pid: 12 })
  expect(nodes).toEqual({
    one: { state: 'ready', pid: 13, since: 4, restarts: 1, error: null, lastEnd },
    two: { state: 'starting', pid: null, since: null, restarts: 0, error: null, lastEnd: null },
  })
  expect(calls).toEqual([
    { node: 'one', index: 0, call: 'show', source: 'camera', state: 'broken', gaps: 1, error },
  ])
  expect(lines.map(({ text }) => text)).toEqual(['ready', 'red'])
  expect(record.status({ lines: { [id]: 1 } }).lines).toHaveLength(1)
  expect(record.status({ lines: null }).lines).toEqual([])

  record.onEvent({ type: 'call', node: 'one', plan, report: { type: 'resumed', index: 0, afterMs: 5 } })
  expect(record.status(everything).calls).toMatchObject([{ state: 'running', gaps: 1, error: null }])
  record.onEvent({ type: 'state', node: 'one', state: 'starting', restarts: 2, error: undefined })
  expect(record.status(everything).calls).toEqual([])
})

test('lines are kept, but not for ever', () => {
  const record = new RunRecord(run)
  for (let n = 0; n < 5000; n++) record.onEvent({ type: 'line', stream: 'stdout', node: 'one', line: `${n}` })
  const { lines } = record.status(everything)
  expect(lines.length).toBeLessThanOrEqual(1000)
  expect(lines.at(-1)).toMatchObject({ number: 5000, text: '4999' })
})

test('long lines come in several statuses, of which each fits into a message', () => {
  const record = new RunRecord(run)
  for (let n = 0; n < 200; n++)
    record.onEvent({ type: 'line', stream: 'stdout', node: 'one', line: 'x'.repeat(10_000) })
  const numbers: number[] = []
  for (let known = 0; known < 200; known = numbers.at(-1) ?? 200) {
    const status = record.status({ lines: { [record.status(everything).id]: known } })
    expect(JSON.stringify(status).length).toBeLessThan(200_000)
    numbers.push(...status.lines.map(({ number }) => number))
  }
  expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
})
