import { expect, test } from 'vitest'
import { keptResult, readResult } from '../../../../src/runtime/node/supervise/report/kept-result.js'
import type { PipelineResult } from '../../../../src/runtime/node/supervise/report/pipeline-result.js'

const receiver = {
  lane: 'shm',
  state: 'finished',
  attaches: 1,
  error: null,
  offered: 3,
  processed: 3,
  dropped: 0,
  failed: 0,
  lost: 0,
  latencyMs: { p50: NaN, p99: 2 },
} as const
const call = (value: unknown) => ({ node: 'boss', call: 'count', modifier: 'FG', value, error: null })
const result: PipelineResult = {
  pipeline: 'shop',
  server: { url: 'nats://127.0.0.1:4222', embedded: true, version: '2.14.0' },
  nodes: { boss: { state: 'stopped', restarts: 0, exitCode: null } },
  calls: [call({ a: [1, undefined] }), call(undefined), call({ b: 10n ** 20n }), call('x'.repeat(1e6))],
  streams: [
    {
      call: 'look',
      source: null,
      from: 'eye',
      delivery: 'live',
      items: 3,
      bytes: 3,
      seconds: 1.5,
      error: null,
      receivers: { boss: { ...receiver, lane: 'shm', state: 'finished' } },
      gaps: 0,
    },
  ],
  stages: [{ node: 'boss', callback: 'look', in: 3, gave: 3, filtered: 0, failed: 0, out: 3 }],
}

test('the account of a run is read as it was kept, with values that are bounded and that JSON has', () => {
  const text = JSON.stringify(keptResult(result))
  expect(text.length).toBeLessThan(8000)
  const kept = readResult(JSON.parse(text))
  expect(kept?.calls.map(({ value }) => value)).toEqual([
    { a: [1, null] },
    null,
    '{"b":100000000000000000000}',
    `"${'x'.repeat(4095)}…`,
  ])
  expect({ ...kept, calls: [], streams: kept?.streams.map((each) => ({ ...each, receivers: {} })) }).toEqual({
    ...result,
    calls: [],
    streams: result.streams.map((each) => ({ ...each, receivers: {} })),
  })
  expect(readResult({ ...result, nodes: { boss: { state: 'gone' } } })).toBeNull()
  expect(readResult(null)).toBeNull()
})
