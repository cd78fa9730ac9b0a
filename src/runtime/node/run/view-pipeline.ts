import type { Plan } from '../../core/plan/plan.js'
import { aborted } from '../common/aborted.js'
import { openRunServer, type RunServerOptions } from '../prepare/open-run-server.js'
import { prepareViewer, type ViewerReach } from '../../view/index.js'
import { showViewer, type ShowViewerOptions } from './show-viewer.js'

export type ViewOptions = Omit<ShowViewerOptions, 'viewer'> &
  Pick<RunServerOptions, 'server' | 'timeoutMs'> & { view: ViewerReach }

/**
 * Serves the viewer's page for a pipeline that other processes run, until `stop` aborts.
 * @throws DaffiError DAFFI_NO_SERVER, DAFFI_PORT_TAKEN, and those of `prepareViewer`
 */
export async function viewPipeline(plan: Plan, options: ViewOptions): Promise<void> {
  const viewer = await prepareViewer(options.view)
  const server = await openRunServer(plan, [], { ...options, absent: 'wait', signal: options.stop })
  const close = await showViewer(plan, server, { ...options, viewer })
  try {
    await aborted(options.stop)
  } finally {
    await close()
  }
}
