import { STREAM } from '../../call/index.js'
import type { Plan } from '../../core/plan/plan.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import { storedItems, type ReplayStart } from '../../stream/index.js'
import { callbackCall } from '../calls/callback-call.js'
import { withPipelineClient, type PipelineClientOptions } from './pipeline-client.js'

export interface ReplayStreamOptions extends PipelineClientOptions {
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
  return withPipelineClient(plan, options, async (g, nc) => {
    const { call, items } = await storedItems(nc, plan.name, name, from)
    const summary = callbackCall(g, call, [items], to).with(
      STREAM({ source: name, signal, ...(onProgress === undefined ? {} : { onProgress }) }),
    )
    return await summary
  })
}
