import { STREAM } from '../../call/index.js'
import type { Plan } from '../../core/plan.js'
import type { StreamSummary } from '../../core/summary.js'
import { storedItems, type ReplayStart } from '../../stream/index.js'
import { address } from '../calls/callback-call.js'
import { visitPipeline, type VisitOptions } from './pipeline-client.js'

export interface ReplayStreamOptions extends VisitOptions {
  from: ReplayStart
  /** The one node to replay to; every node that offers the callback when undefined. */
  to?: string | undefined
  onProgress?: (snapshot: StreamSummary) => void
}

/**
 * Streams what a durable stream keeps to its callback once more, as a lossless stream: places and dead letters of the
 * durable one stay as they are.
 * @throws DaffiError DAFFI_NO_STREAM, DAFFI_NO_RECEIVER; StreamError
 */
export function replayStream(plan: Plan, name: string, options: ReplayStreamOptions): Promise<StreamSummary> {
  const { from, to, signal, onProgress } = options
  return visitPipeline(plan, options, async (g, nc) => {
    const { call, items } = await storedItems(nc, plan.name, name, from)
    const summary = address(g, call, [items], to).with(
      STREAM({ source: name, signal, ...(onProgress === undefined ? {} : { onProgress }) }),
    )
    return await summary
  })
}
