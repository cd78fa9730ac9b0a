import { originOf } from '../../../core/plan/call-origin.js'
import type { CallPlan } from '../../../core/plan/plan.js'
import type { ReceiverSummary, StreamSummary } from '../../../core/plan/summary.js'

/** Makes the summary of a stream that was never opened. */
export function emptySummary(from: string, plan: CallPlan): StreamSummary {
  const { modifier } = plan
  return {
    ...originOf(plan),
    from,
    delivery: (modifier.kind === 'STREAM' ? modifier.delivery : undefined) ?? 'lossless',
    items: 0,
    bytes: 0,
    seconds: 0,
    error: null,
    receivers: {},
  }
}

/**
 * Completes the last summary of a stream that is over: of a receiver that is still attached no more is heard, since it, the
 * writer or the server is gone, so that items that it has not accounted for count as lost; those of a durable stream are kept,
 * and are offered by its next session.
 */
export function closedSummary(summary: StreamSummary): StreamSummary {
  const receivers = Object.entries(summary.receivers).map(([name, receiver]): [string, ReceiverSummary] => {
    if (receiver.state !== 'attached') return [name, receiver]
    const { offered, processed, dropped, failed, unmatched = 0, lost } = receiver
    const done = processed + dropped + failed + unmatched
    const counts = summary.delivery === 'durable' ? { offered: done + lost } : { lost: offered - done }
    return [name, { ...receiver, state: 'stopped', ...counts }]
  })
  return { ...summary, receivers: Object.fromEntries(receivers) }
}
