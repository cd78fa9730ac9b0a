import { expect, test } from 'vitest'
import type { StreamSummary } from '../../../../src/runtime/core/plan/summary.js'
import { emptySummary } from '../../../../src/runtime/node/supervise/report/partial-summary.js'
import type { RunEvent } from '../../../../src/runtime/node/supervise/report/run-events.js'
import { StreamTotals } from '../../../../src/runtime/node/supervise/report/stream-totals.js'
import { callPlan, streamPlan } from '../../plans.js'

const plan = callPlan('take', { source: 'numbers', to: 'two', modifier: streamPlan() })

type Report = Extract<RunEvent, { type: 'call' }>['report']
const told = (report: Report): RunEvent => ({ type: 'call', node: 'one', plan, report })
const starting = { type: 'state', node: 'one', state: 'starting', restarts: 1, error: undefined } as const

const summary = (items: number, receiver = 'two'): StreamSummary => ({
  ...emptySummary('one', plan),
  items,
  bytes: items * 8,
  receivers: {
    [receiver]: {
      ...{ lane: 'shm', state: 'attached', attaches: 1, error: null, latencyMs: null },
      ...{ offered: items, processed: items - 1, dropped: 0, failed: 1, lost: 0 },
    },
  },
})

test('what a call has streamed is counted over all of its streams, and never becomes less', () => {
  const totals = new StreamTotals()
  const seen: number[] = []
  const tell = (event: RunEvent): void => {
    totals.onEvent(event)
    seen.push(totals.all[0]?.items ?? 0)
  }
  tell(told({ type: 'progress', index: 0, summary: summary(10) }))
  const error = { code: 'DAFFI_STREAM_FAILED', message: 'gone' } as const
  // A stream that was made again, and was over between two looks.
  tell(told({ type: 'repeat', index: 0, summary: summary(12), error }))
  tell(told({ type: 'progress', index: 0, summary: summary(3) }))
  tell(told({ type: 'stream', index: 0, summary: summary(5), error: null }))
  // The process ends without a word, and its call is made again.
  tell(told({ type: 'progress', index: 0, summary: summary(7, 'three') }))
  tell(starting)
  tell(told({ type: 'progress', index: 0, summary: summary(2) }))
  tell(told({ type: 'gap', index: 0, error }))
  expect(seen).toEqual([10, 12, 15, 17, 24, 24, 26, 26])
  expect(totals.all).toMatchObject([
    { node: 'one', index: 0, call: 'take', source: 'numbers', to: 'two', gaps: 1, items: 26, bytes: 208 },
  ])
  expect(totals.all[0]?.receivers).toEqual({
    two: { attaches: 3, offered: 19, processed: 16, dropped: 0, failed: 3, unmatched: 0, lost: 0 },
    three: { attaches: 1, offered: 7, processed: 6, dropped: 0, failed: 1, unmatched: 0, lost: 0 },
  })
})

test('a call that has changed, or whose node is gone, is another one', () => {
  const totals = new StreamTotals()
  totals.onEvent(told({ type: 'progress', index: 0, summary: summary(10) }))
  const other = { ...plan, source: 'letters' }
  totals.onEvent({
    type: 'call',
    node: 'one',
    plan: other,
    report: { type: 'gap', index: 0, error: null } as never,
  })
  expect(totals.all).toMatchObject([{ source: 'letters', items: 0 }])
  totals.onEvent({ type: 'removed', node: 'one' })
  expect(totals.all).toEqual([])
})
