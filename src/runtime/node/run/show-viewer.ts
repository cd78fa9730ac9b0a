import type { NatsConnection } from '@nats-io/transport-node'
import type { Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import { openViewer, type PipelineWork, type PreparedViewer } from '../../view/index.js'
import type { SupervisorOptions } from '../supervise/supervisor-options.js'
import { pipelineVisit } from '../visit/pipeline-visit.js'
import { pipelineWork } from '../visit/pipeline-work.js'

export interface ShowViewerOptions extends Pick<SupervisorOptions, 'log' | 'stop' | 'onEvent'> {
  viewer: PreparedViewer
}

/**
 * Serves the viewer's page, and reports its URL as a `view` event.
 * @returns a function that ends it
 */
export async function showViewer(
  plan: Plan,
  server: ServerHandle,
  { viewer, log, stop: signal, onEvent }: ShowViewerOptions,
): Promise<() => Promise<void>> {
  const work = (nc: NatsConnection): PipelineWork =>
    pipelineWork(pipelineVisit(plan.name, { nc, server, signal, log }))
  const { url, close } = await openViewer(plan, server, { viewer, work, log, signal })
  onEvent({ type: 'view', url })
  return close
}
