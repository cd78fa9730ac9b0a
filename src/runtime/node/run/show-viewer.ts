import type { Plan } from '../../core/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import type { SupervisorOptions } from '../supervise/supervisor.js'

export interface ShowViewerOptions extends Pick<SupervisorOptions, 'log' | 'stop' | 'onEvent'> {
  /** On the loopback; any free one when undefined. */
  port: number | undefined
}

/** Serves the viewer's page, and tells where. Returns what ends it. */
export async function showViewer(
  plan: Plan,
  server: ServerHandle,
  { port, log, stop: signal, onEvent }: ShowViewerOptions,
): Promise<() => Promise<void>> {
  // Most runs have none, and its libraries take their time.
  const { openViewer } = await import('../../view/index.js')
  const viewer = await openViewer(plan, server, { port, log, signal })
  onEvent({ type: 'view', url: viewer.url })
  return viewer.close
}
