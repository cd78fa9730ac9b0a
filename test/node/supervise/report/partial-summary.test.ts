import { expect, test } from 'vitest'
import type { ReceiverSummary } from '../../../../src/runtime/core/plan/summary.js'
import { emptySummary, closedSummary } from '../../../../src/runtime/node/supervise/report/partial-summary.js'
import { callPlan, streamPlan } from '../../plans.js'

const receiver = (given: Partial<ReceiverSummary>): ReceiverSummary => ({
  lane: 'shm',
  state: 'attached',
  attaches: 1,
  error: null,
  offered: 10,
  processed: 4,
  dropped: 2,
  failed: 1,
  lost: 0,
  latencyMs: null,
  ...given,
})

test('a stream that was never opened has its names, and nothing else', () => {
  const call = callPlan('show', { source: 'camera', modifier: streamPlan({ delivery: 'live' }) })
  expect(emptySummary('one', call)).toMatchObject({
    call: 'show',
    source: 'camera',
    from: 'one',
    delivery: 'live',
    items: 0,
    receivers: {},
  })
  expect(emptySummary('one', callPlan('show', { modifier: streamPlan() }))).toMatchObject({
    source: null,
    delivery: 'lossless',
  })
})

test('items that an attached receiver has not accounted for are lost; a receiver that had ended keeps its counts', () => {
  const summary = {
    ...emptySummary('one', callPlan('show', { modifier: streamPlan() })),
    receivers: { attached: receiver({}), died: receiver({ state: 'died', lost: 3 }) },
  }
  const { attached, died } = closedSummary(summary).receivers
  expect(attached).toMatchObject({ state: 'stopped', lost: 3 })
  expect(died).toEqual(summary.receivers.died)
  expect(summary.receivers.attached.lost).toBe(0)
})

test('items of a durable stream that an attached receiver has not accounted for are kept, and offered later', () => {
  const summary = {
    ...emptySummary('one', callPlan('show', { modifier: streamPlan({ delivery: 'durable' }) })),
    receivers: { attached: receiver({ lost: 1 }) },
  }
  expect(closedSummary(summary).receivers).toMatchObject({
    attached: { state: 'stopped', offered: 8, processed: 4, lost: 1 },
  })
})
