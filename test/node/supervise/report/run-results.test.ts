import { expect, test } from 'vitest'
import type { ReceiverSummary, StreamSummary } from '../../../../src/runtime/core/plan/summary.js'
import { RunResults } from '../../../../src/runtime/node/supervise/report/run-results.js'
import { MAX_ATTEMPTS } from '../../../../src/runtime/node/supervise/report/stream-attempts.js'
import { callPlan, nodePlan, streamPlan } from '../../plans.js'

const node = nodePlan('sender', {
  calls: [
    callPlan('add'),
    callPlan('collect', { source: 'numbers', modifier: streamPlan({ delivery: 'live' }) }),
  ],
})
const receiver: ReceiverSummary = {
  lane: 'jetstream',
  state: 'attached',
  attaches: 1,
  error: null,
  offered: 10,
  processed: 6,
  dropped: 1,
  failed: 0,
  lost: 0,
  latencyMs: null,
}
const summary = (items: number): StreamSummary => ({
  call: 'collect',
  source: 'numbers',
  from: 'sender',
  delivery: 'live',
  items,
  bytes: 0,
  seconds: 1,
  error: null,
  receivers: { one: receiver },
})

test('what a dead writer left open is cut off, and what its receivers did not answer for is lost', () => {
  const results = new RunResults([node])
  results.accept('sender', { type: 'progress', index: 1, summary: summary(10) })
  results.interrupt('sender', { pid: 7, exitCode: null, signal: 'SIGKILL' })
  expect(results.calls).toMatchObject([
    {
      call: 'add',
      value: null,
      error: { code: 'DAFFI_NODE_DIED', message: expect.stringContaining('SIGKILL') as string },
    },
  ])
  expect(results.streams).toMatchObject([
    { items: 10, error: { code: 'DAFFI_WRITER_DIED' }, receivers: { one: { state: 'stopped', lost: 3 } } },
  ])
})

test('a writer that starts again has one entry for each run that carried something', () => {
  const results = new RunResults([node])
  results.interrupt('sender', { pid: 7, exitCode: 1, signal: null })
  results.restart('sender')
  results.accept('sender', { type: 'progress', index: 1, summary: summary(4) })
  results.interrupt('sender', { pid: 7, exitCode: 1, signal: null })
  results.restart('sender')
  results.accept('sender', { type: 'stream', index: 1, summary: summary(7), error: null })
  results.interrupt('sender')
  expect(results.streams.map(({ items, error }) => [items, error?.code])).toEqual([
    [4, 'DAFFI_WRITER_DIED'],
    [7, undefined],
  ])
})

test('a writer that is started again for a year keeps the counts of all its streams in few entries', () => {
  const results = new RunResults([node])
  for (let life = 0; life < 1000; life++) {
    results.accept('sender', { type: 'progress', index: 1, summary: summary(10) })
    results.interrupt('sender', { pid: 7, exitCode: 1, signal: null })
    results.restart('sender')
  }
  results.accept('sender', { type: 'stream', index: 1, summary: summary(7), error: null })
  const { streams } = results
  expect(streams).toHaveLength(MAX_ATTEMPTS)
  expect(streams[0]).toMatchObject({
    attempts: 902,
    items: 9020,
    seconds: 902,
    error: { code: 'DAFFI_WRITER_DIED' },
    receivers: {
      one: { offered: 9020, processed: 5412, dropped: 902, failed: 0, lost: 2706, attaches: 902 },
    },
  })
  expect(streams.slice(1).every(({ attempts }) => attempts === undefined)).toBe(true)
  expect(streams.reduce((sum, { items }) => sum + items, 0)).toBe(10_007)
  expect(results.error?.code).toBe('DAFFI_WRITER_DIED')
})

test('a durable stream that is resumed by the next process of its writer has not failed; another has', () => {
  for (const delivery of ['durable', 'lossless', 'live'] as const) {
    const results = new RunResults([node])
    results.accept('sender', { type: 'progress', index: 1, summary: { ...summary(4), delivery } })
    results.interrupt('sender', { pid: 7, exitCode: null, signal: 'SIGKILL' })
    expect(results.error).toMatchObject({ code: 'DAFFI_NODE_DIED' })
    results.restart('sender')
    results.accept('sender', { type: 'call', index: 0, value: 3, error: null })
    results.accept('sender', { type: 'stream', index: 1, summary: { ...summary(7), delivery }, error: null })
    expect(results.streams[0]?.error?.code).toBe('DAFFI_WRITER_DIED')
    expect(results.error?.code).toBe(delivery === 'durable' ? undefined : 'DAFFI_WRITER_DIED')
  }
})

test('what had settled stays as it was; what never began says that it was stopped', () => {
  const results = new RunResults([node])
  results.accept('sender', { type: 'call', index: 0, value: 3, error: null })
  results.interrupt('sender')
  expect(results.calls).toEqual([{ node: 'sender', call: 'add', modifier: 'FG', value: 3, error: null }])
  expect(results.streams).toMatchObject([
    { items: 0, delivery: 'live', error: { code: 'DAFFI_ABORTED' }, receivers: {} },
  ])
})

test('breaks of a source are counted, and have no say in what becomes of the stream', () => {
  const results = new RunResults([node])
  const error = { code: 'DAFFI_SOURCE_FAILED', message: 'source numbers: ended' }
  results.accept('sender', { type: 'progress', index: 1, summary: summary(4) })
  for (let gap = 0; gap < 2; gap++) {
    results.accept('sender', { type: 'gap', index: 1, error })
    results.accept('sender', { type: 'resumed', index: 1, afterMs: 250 })
  }
  results.accept('sender', { type: 'stream', index: 1, summary: summary(7), error: null })
  expect(results.streams).toMatchObject([{ items: 7, gaps: 2, error: null }])
})

test('a node with another plan begins anew, but for streams that had carried items', () => {
  const results = new RunResults([node])
  results.accept('sender', { type: 'call', index: 0, value: 3, error: null })
  results.accept('sender', { type: 'stream', index: 1, summary: summary(7), error: null })
  results.replaceNode(nodePlan('sender', { calls: [callPlan('subtract')] }))
  results.replaceNode(nodePlan('late', { calls: [callPlan('add')] }))
  results.interrupt('sender')
  results.interrupt('late')
  expect(results.calls.map(({ node: from, call, error }) => [from, call, error?.code])).toEqual([
    ['sender', 'subtract', 'DAFFI_ABORTED'],
    ['late', 'add', 'DAFFI_ABORTED'],
  ])
  expect(results.streams.map(({ items }) => items)).toEqual([7])
})

test('a stream that was made again keeps its entry, and its error is not that of the call', () => {
  const results = new RunResults([node])
  const error = { code: 'DAFFI_NO_RECEIVER', message: 'all receivers are gone' }
  results.accept('sender', { type: 'progress', index: 1, summary: summary(4) })
  results.accept('sender', { type: 'trouble', index: 1, error, againInMs: 200 })
  results.accept('sender', { type: 'repeat', index: 1, summary: summary(5), error })
  results.accept('sender', { type: 'progress', index: 1, summary: summary(1) })
  results.accept('sender', { type: 'stream', index: 1, summary: summary(7), error: null })
  expect(results.streams.map(({ items, error: each }) => [items, each?.code])).toEqual([
    [5, 'DAFFI_NO_RECEIVER'],
    [7, undefined],
  ])
  expect(results.error).toBeUndefined()
})

test('attempts that carried nothing leave one entry, and the last failure is that of the call', () => {
  const results = new RunResults([node])
  const error = { code: 'DAFFI_NO_RECEIVER', message: 'no node offers it' }
  for (let attempt = 0; attempt < 2; attempt++)
    results.accept('sender', { type: 'repeat', index: 1, summary: null, error })
  results.accept('sender', { type: 'stream', index: 1, summary: null, error })
  expect(results.streams).toMatchObject([{ items: 0, error }])
  expect(results.error).toEqual(error)
})

test('the first error of a call is that of the run, but for what was only stopped', () => {
  const results = new RunResults([node])
  const failed = (index: number, code: string) => ({ index, error: { code, message: code } })
  results.accept('sender', { type: 'call', value: null, ...failed(0, 'DAFFI_ABORTED') })
  expect(results.error).toBeUndefined()
  results.accept('sender', { type: 'stream', summary: null, ...failed(1, 'DAFFI_SOURCE_FAILED') })
  expect(results.error?.code).toBe('DAFFI_SOURCE_FAILED')
})

test('items that a lossless stream has lost are an error, also of a run that was stopped', () => {
  const results = new RunResults([node])
  const died = { ...receiver, state: 'died' as const, processed: 7, lost: 2 }
  const lossless = { ...summary(10), delivery: 'lossless' as const, receivers: { one: died } }
  const error = { code: 'DAFFI_ABORTED', message: 'stopped' }
  results.accept('sender', { type: 'stream', index: 1, summary: lossless, error })
  expect(results.error).toMatchObject({
    code: 'DAFFI_STREAM_FAILED',
    message: 'the stream from sender to "collect" has lost 2 items',
  })
  results.accept('sender', { type: 'stream', index: 1, summary: { ...lossless, delivery: 'live' }, error })
  expect(results.error).toBeUndefined()
})

test('what a receiver of a stream that is over has not accounted for is lost', () => {
  const results = new RunResults([node])
  const error = { code: 'DAFFI_ABORTED', message: 'stopped' }
  results.accept('sender', { type: 'stream', index: 1, summary: summary(10), error })
  expect(results.streams[0]?.receivers).toMatchObject({ one: { state: 'stopped', lost: 3 } })
})

test('a report about a call that the plan does not have is an internal error', () => {
  const report = { type: 'call', index: 9, value: null, error: null } as const
  expect(() => new RunResults([node]).accept('sender', report)).toThrow('sender has no call 9')
})

test('the account of a stage goes on when its node is restarted, or is stopped and comes back', () => {
  const results = new RunResults([node])
  const report = (items: number): void => {
    const counts = { in: items, gave: items, filtered: 0, failed: 0, out: items }
    results.acceptStages('sender', { type: 'stages', stages: { collect: counts } })
  }
  report(3)
  results.restart('sender')
  report(4)
  results.replaceNode(node)
  report(5)
  expect(results.stages).toMatchObject([{ node: 'sender', callback: 'collect', in: 12, out: 12 }])
})
