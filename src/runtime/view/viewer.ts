import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan/plan.js'
import type { ServerHandle } from '../nats/index.js'
import { Boxes } from './boxes/boxes.js'
import { Access, LISTENS_ON } from './http/access.js'
import { viewerApp } from './http/app.js'
import { openPoller } from './open-poller.js'
import { Pictures } from './pictures/pictures.js'
import { serve } from './programs/serve.js'

export interface ViewerOptions {
  /** Port of 127.0.0.1; undefined for any free one. */
  port: number | undefined
  /** Whether the page gives orders to nodes. */
  control: boolean
  log: Logger
  signal: AbortSignal
}

export interface Viewer {
  /** URL of the page, with the run's token, and that of orders if it takes some. */
  url: string
  close: () => Promise<void>
}

/**
 * Serves the page on which a pipeline can be watched. The viewer is no node of the pipeline: it sends status requests, and
 * only while a page is open.
 * @throws DaffiError DAFFI_PORT_TAKEN, and those of connecting
 */
export async function openViewer(
  plan: Plan,
  server: Pick<ServerHandle, 'address' | 'info'>,
  { port, control, log, signal }: ViewerOptions,
): Promise<Viewer> {
  const { nc, ...watched } = await openPoller(plan, server, { name: 'viewer', log, signal })
  const [pictures, boxes] = [new Pictures(watched), new Boxes(watched)]
  const access = new Access(control)
  let served: number | undefined
  const app = viewerApp({ ...watched, access, port: () => served ?? 0, pictures, boxes })
  try {
    const { address, close } = await serve(app, { host: LISTENS_ON, port: port ?? 0, what: 'the viewer' })
    served = address.port
    return {
      url: `http://${LISTENS_ON}:${served}/#${tokensOf(access)}`,
      close: async () => {
        close()
        await nc.close()
      },
    }
  } catch (error) {
    await nc.close()
    throw error
  }
}

/** Tokens of the page's address, behind `#`: no server and no other page gets them. */
function tokensOf({ token, orderToken }: Access): string {
  return `token=${token}${orderToken === undefined ? '' : `&control=${orderToken}`}`
}
