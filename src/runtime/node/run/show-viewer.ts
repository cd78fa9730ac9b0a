import type { Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import { openViewer } from '../../view/index.js'
import type { SupervisorOptions } from '../supervise/supervisor-options.js'

export interface ShowViewerOptions extends Pick<SupervisorOptions, 'log' | 'stop' | 'onEvent'> {
  /** Port of 127.0.0.1; undefined for any free one. */
  port: number | undefined
  /** Whether the page gives orders to nodes. */
  control: boolean
}

/**
 * Serves the viewer's page, and reports its URL as a `view` event.
 * @returns a function that ends it
 */
export async function showViewer(
  plan: Plan,
  server: ServerHandle,
  { port, control, log, stop: signal, onEvent }: ShowViewerOptions,
): Promise<() => Promise<void>> {
  const viewer = await openViewer(plan, server, { port, control, log, signal })
  onEvent({ type: 'view', url: viewer.url })
  return viewer.close
}
