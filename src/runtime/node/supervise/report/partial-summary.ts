import type { CallPlan } from '../../../core/plan.js'
import type { ReceiverSummary, StreamSummary } from '../../../core/summary.js'

/** Of a stream that was never opened. */
export function emptySummary(from: string, { call, source, modifier }: CallPlan): StreamSummary {
  return {
    call,
    source: source ?? null,
    from,
    delivery: (modifier.kind === 'STREAM' ? modifier.delivery : undefined) ?? 'lossless',
    items: 0,
    bytes: 0,
    seconds: 0,
    error: null,
    receivers: {},
  }
}

/** The last that was heard of a stream whose writer is gone: what its receivers have not answered for counts as lost. */
export function cutShort(summary: StreamSummary): StreamSummary {
  const receivers = Object.entries(summary.receivers).map(([name, receiver]): [string, ReceiverSummary] => {
    if (receiver.state !== 'attached') return [name, receiver]
    const { offered, processed, dropped, failed } = receiver
    return [name, { ...receiver, state: 'stopped', lost: offered - processed - dropped - failed }]
  })
  return { ...summary, receivers: Object.fromEntries(receivers) }
}
