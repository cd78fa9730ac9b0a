import { STREAM } from '../../call/index.js'
import type { Plan } from '../../core/plan/plan.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { storedItems, type ReplayStart } from '../../stream/index.js'
import { callbackCall } from '../calls/callback-call.js'
import { visitPipeline, type VisitOptions } from './pipeline-visit.js'

export interface ReplayStreamOptions extends VisitOptions {
  from: ReplayStart
  /** Name of the node to replay to. @default every node that offers the callback */
  to?: string | undefined
  onProgress?: (snapshot: StreamSummary) => void
}

/**
 * Streams the stored items of a durable stream to its callback again, as a lossless stream. Receivers' positions and dead
 * letters of the durable stream do not change.
 * @throws DaffiError DAFFI_NO_STREAM, DAFFI_NO_RECEIVER; StreamError
 */
export function replayStream(plan: Plan, name: string, options: ReplayStreamOptions): Promise<StreamSummary> {
  const { from, to, signal, onProgress } = options
  return visitPipeline(plan, options, async ({ nc, join }) => {
    const { call, items } = await storedItems(nc, plan.name, name, from)
    const modifier = STREAM({ source: name, signal, ...(onProgress === undefined ? {} : { onProgress }) })
    return await join(async (g) => await callbackCall(g, call, [items], to).with(modifier))
  })
}
