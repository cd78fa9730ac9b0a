import { expect, test } from 'vitest'
import type { ReceiverSummary, StreamSummary } from '../../src/runtime/index.js'
import type { Expectations } from '../../src/runtime/pipeline/index.js'
import { toPlain } from '../../src/runtime/codec/index.js'
import { judge, type Evidence } from '../../src/runtime/testing/judge/index.js'
import { judgeRun } from '../../src/runtime/testing/judge/run-errors.js'
import { checkYaml, pipelineYaml } from '../pipeline/check-yaml.js'

const NOTHING: Evidence = { streams: [], stages: [], called: [], lines: [], results: [] }

function receiver(counts: Partial<ReceiverSummary>): ReceiverSummary {
  const none = { offered: 0, processed: 0, dropped: 0, failed: 0, lost: 0 }
  return { lane: 'shm', state: 'finished', attaches: 1, error: null, latencyMs: null, ...none, ...counts }
}

function stream(summary: Partial<StreamSummary>): StreamSummary {
  const rest = { source: 's', from: 'a', delivery: 'live', bytes: 0, seconds: 3, error: null } as const
  return { call: 'show', items: 90, receivers: {}, ...rest, ...summary }
}

function judged(expected: Partial<Expectations>, evidence: Partial<Evidence>): [string, unknown, boolean][] {
  const whole = { streams: {}, stages: {}, calls: [], results: [], logs: {}, ...expected }
  return judge(whole, { ...NOTHING, ...evidence }).map(({ path, actual, mayStillPass }) => [
    path.join('.'),
    actual,
    mayStillPass,
  ])
}

test('counts of all streams to a callback are added up, and their receivers put together', () => {
  const streams = [
    stream({
      receivers: {
        b: receiver({ dropped: 1, lost: 2 }),
        c: receiver({ dropped: 1, failed: 4, unmatched: 3 }),
      },
    }),
    stream({ items: 10, receivers: { d: receiver({}) } }),
    stream({ call: 'other', items: 1000 }),
  ]
  const met = { items: 100, dropped: 2, lost: 2, failed: 4, unmatched: 3, receivers: ['d', 'b', 'c'] }
  expect(judged({ streams: { show: met } }, { streams })).toEqual([])
  const bounds = { items: { min: 100, max: 100 }, lost: { max: 2 }, failed: { min: 1 }, dropped: {} }
  expect(judged({ streams: { show: bounds } }, { streams })).toEqual([])
  expect(judged({ streams: { show: { lost: { min: 3 }, failed: { max: 3 } } } }, { streams })).toEqual([
    ['expect.streams.show.lost', 2, false],
    ['expect.streams.show.failed', 4, false],
  ])
  const unmet = { items: 90, dropped: 0, lost: 0, failed: 0, unmatched: 0, receivers: ['b'] }
  expect(judged({ streams: { show: unmet } }, { streams })).toEqual([
    ['expect.streams.show.items', 100, false],
    ['expect.streams.show.lost', 2, false],
    ['expect.streams.show.dropped', 2, false],
    ['expect.streams.show.failed', 4, false],
    ['expect.streams.show.unmatched', 3, false],
    ['expect.streams.show.receivers', ['b', 'c', 'd'], false],
  ])
})

test('counts of a stage are added up over its nodes', () => {
  const stage = (node: string) => ({ node, callback: 'gate', in: 5, gave: 2, filtered: 2, failed: 1, out: 4 })
  const stages = [stage('a'), stage('b'), { ...stage('c'), callback: 'other' }]
  const met = { in: 10, gave: 4, filtered: 4, failed: 2, out: 8 }
  expect(judged({ stages: { gate: met } }, { stages })).toEqual([])
  expect(judged({ stages: { gate: { out: 7 }, none: { in: 1 } } }, { stages })).toEqual([
    ['expect.stages.gate.out', 8, false],
    ['expect.stages.none.in', 0, false],
  ])
})

test('frames are those that each receiver got', () => {
  const streams = [stream({ receivers: { b: receiver({ processed: 2 }), c: receiver({ processed: 1 }) } })]
  const call = (node: string, hash: string) => ({ node, callback: 'show', args: [], hash })
  const called = [call('b', 'x'), call('b', 'right'), call('c', 'right')]
  const frames = (expected: object) => ({ streams: { show: { frames: expected } } })
  expect(judged(frames({ rate: { min: 29, max: 31 }, hash: 'right' }), { streams, called })).toEqual([])
  expect(judged(frames({ count: 2, rate: { min: 31 }, hash: 'wrong' }), { streams, called })).toEqual([
    ['expect.streams.show.frames.count', { b: 2, c: 1 }, false],
    ['expect.streams.show.frames.rate', { a: 30 }, false],
    ['expect.streams.show.frames.hash', { b: 'right', c: 'right' }, false],
  ])
  expect(judged(frames({ hash: 'right' }), { streams, called: called.slice(0, 2) })).toEqual([
    ['expect.streams.show.frames.hash', { b: 'right', c: null }, true],
  ])
  expect(judged(frames({ count: 0 }), {})).toEqual([['expect.streams.show.frames.count', {}, false]])
})

test('calls are counted, those with the arguments that are asked for', () => {
  const called = ['one', 'two', 'two'].map((arg) => ({ node: 'b', callback: 'note', args: [arg], hash: '' }))
  const calls = (times: number | undefined, args?: unknown[]) => ({ calls: [{ call: 'note', times, args }] })
  for (const met of [calls(3), calls(2, ['two']), calls(undefined, ['one']), calls(0, ['three'])]) {
    expect(judged(met, { called })).toEqual([])
  }
  const args = [['one'], ['two'], ['two']]
  expect(judged(calls(2), { called })).toEqual([['expect.calls.0', { times: 3 }, false]])
  expect(judged(calls(2, ['one']), { called })).toEqual([['expect.calls.0', { times: 1, args }, true]])
  expect(judged(calls(undefined, ['six']), { called })).toEqual([
    ['expect.calls.0', { times: 0, args }, true],
  ])
})

test('results and lines', () => {
  const expected = {
    results: [{ call: 'count', to: 'b', args: [], equals: { a: [1] } }],
    logs: { b: { processes: ['b-1', 'b-2'], match: /^done/ } },
  }
  const lines = [{ node: 'b-2', line: 'done' }]
  expect(judged(expected, { lines, results: [{ value: { a: [1] } }] })).toEqual([])
  const error = { code: 'DAFFI_REMOTE', message: 'no' }
  expect(judged(expected, { lines: [{ node: 'c', line: 'done' }], results: [{ error }] })).toEqual([
    ['expect.results.0.equals', { error }, false],
    ['expect.logs.b.match', [], true],
  ])
})

test('a whole number is the same in each form, and a text is another', () => {
  const equal = (equals: unknown, value: unknown): boolean =>
    judged({ results: [{ call: 'x', to: undefined, args: [], equals }] }, { results: [{ value }] }).length ===
    0
  expect(equal(5, toPlain(5n))).toBe(true)
  expect(equal(2n ** 60n, toPlain({ id: [2n ** 60n] }))).toBe(false)
  expect(equal({ id: [2n ** 60n] }, toPlain({ id: [2n ** 60n] }))).toBe(true)
  expect(equal(2n ** 60n + 1n, toPlain(2n ** 60n))).toBe(false)
  expect(equal(5, toPlain('5'))).toBe(false)
  expect(equal(0, toPlain(-0))).toBe(true)
  expect(equal({ a: 1 }, toPlain({ a: 1, b: undefined }))).toBe(true)
  expect(equal({ a: 1 }, toPlain({ a: 1, b: null }))).toBe(false)
  expect(equal(NaN, toPlain(NaN))).toBe(true)
})

test('errors of a run are failures, but for what the test asks for', async () => {
  const yaml = `${pipelineYaml()}tests:
  - { name: strict }
  - { name: mocked, mocks: { show: { throws: no } } }
  - { name: failing, expect: { streams: { show: { failed: 1 } } } }
`
  const { tests } = await checkYaml(yaml)
  const error = { code: 'DAFFI_REMOTE', message: 'no' }
  const errors = [
    { node: 'one', call: 'show', error },
    { node: 'two', call: undefined, error: { ...error, message: 'two died' } },
    { node: 'one', call: 'show', error: { ...error, code: 'DAFFI_ABORTED' } },
  ]
  expect(tests.map((each) => judgeRun(each, errors).map(({ message }) => message))).toEqual([
    ['one: show: no', 'two died'],
    ['two died'],
    ['two died'],
  ])
})
