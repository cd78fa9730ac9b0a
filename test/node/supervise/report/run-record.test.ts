import { expect, test } from 'vitest'
import { DaffiError, toErrorRecord } from '../../../../src/runtime/core/errors.js'
import type { CallPlan } from '../../../../src/runtime/core/plan/plan.js'
import { RunRecord } from '../../../../src/runtime/node/supervise/report/run-record.js'

const plan: CallPlan = {
  call: 'show',
  source: 'camera',
  resultsOf: undefined,
  args: [],
  to: undefined,
  waitFor: [],
  modifier: { kind: 'NO_RETURN', etaMs: 0 },
}
const error = toErrorRecord(new DaffiError('DAFFI_TIMEOUT', 'nothing came'))
const everything = { lines: {} }

test('a run tells of its nodes, its calls, and the lines that are not known', () => {
  const record = new RunRecord()
  const server = { url: 'nats://127.0.0.1:4222', embedded: true, version: '2.14.0' }
  record.onEvent({ type: 'server', server, nodes: ['one', 'two'] })
  record.onEvent({ type: 'state', node: 'one', state: 'ready', restarts: 1, error: undefined })
  record.onEvent({ type: 'line', node: 'one', line: '\u001b[31mred\u001b[0m' })
  record.onEvent({ type: 'call', node: 'one', plan, report: { type: 'gap', index: 0, error } })
  const { id, nodes, calls, lines } = record.status(everything)
  expect(nodes).toEqual({
    one: { state: 'ready', restarts: 1, error: null },
    two: { state: 'starting', restarts: 0, error: null },
  })
  expect(calls).toEqual([{ node: 'one', call: 'show', source: 'camera', state: 'broken', gaps: 1, error }])
  expect(lines.map(({ text }) => text)).toEqual(['ready', 'red'])
  expect(record.status({ lines: { [id]: 1 } }).lines).toHaveLength(1)

  record.onEvent({ type: 'call', node: 'one', plan, report: { type: 'resumed', index: 0, afterMs: 5 } })
  expect(record.status(everything).calls).toMatchObject([{ state: 'running', gaps: 1, error: null }])
  record.onEvent({ type: 'state', node: 'one', state: 'starting', restarts: 2, error: undefined })
  expect(record.status(everything).calls).toEqual([])
})

test('lines are kept, but not for ever', () => {
  const record = new RunRecord()
  for (let n = 0; n < 5000; n++) record.onEvent({ type: 'line', node: 'one', line: `${n}` })
  const { lines } = record.status(everything)
  expect(lines.length).toBeLessThanOrEqual(1000)
  expect(lines.at(-1)).toMatchObject({ number: 5000, text: '4999' })
})

test('long lines come in several statuses, of which each fits into a message', () => {
  const record = new RunRecord()
  for (let n = 0; n < 200; n++) record.onEvent({ type: 'line', node: 'one', line: 'x'.repeat(10_000) })
  const numbers: number[] = []
  for (let known = 0; known < 200; known = numbers.at(-1) ?? 200) {
    const status = record.status({ lines: { [record.status(everything).id]: known } })
    expect(JSON.stringify(status).length).toBeLessThan(200_000)
    numbers.push(...status.lines.map(({ number }) => number))
  }
  expect(numbers).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
})
