import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan/plan.js'
import type { ServerHandle } from '../nats/index.js'
import { followCertificate } from './certificate.js'
import { Boxes } from './boxes/boxes.js'
import { Access, type ServedAt } from './http/access.js'
import { viewerApp } from './http/app.js'
import { Login } from './http/login.js'
import type { PipelineWork } from './http/pipeline-work.js'
import { openPoller } from './open-poller.js'
import { Pictures } from './pictures/pictures.js'
import type { PreparedViewer } from './prepare-viewer.js'
import { serve } from './programs/serve.js'
import { isLoopback } from './programs/visit.js'
import { reachedAt } from './reached-at.js'

export interface ViewerOptions {
  viewer: PreparedViewer
  /** Makes what looks at the work that the server keeps, by the viewer's connection. */
  work: (nc: NatsConnection) => PipelineWork
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
  { viewer, work, log, signal }: ViewerOptions,
): Promise<Viewer> {
  const { host, address, port, password, tls, control } = viewer
  const { nc, ...watched } = await openPoller(plan, server, { name: 'viewer', log, signal })
  const [pictures, boxes] = [new Pictures(watched), new Boxes(watched)]
  const onGuess = (from: string): void =>
    log.warn(`viewer: ${from} has sent wrong passwords, and has to wait now`)
  const login = password === undefined ? undefined : new Login(password, onGuess)
  const access = new Access({ takesOrders: control, login })
  const scheme = tls ? 'https' : 'http'
  let served = 0
  const at = (): ServedAt => ({ scheme, address, host, port: served })
  const app = viewerApp({ ...watched, access, at, pictures, boxes, work: work(nc) })
  try {
    const listening = await serve(app, { host: address, port: port ?? 0, tls, what: 'the viewer' })
    served = listening.address.port
    const unfollow = tls && followCertificate(tls.files, tls, { use: listening.renew, log })
    if (!tls && !isLoopback(address))
      log.warn(
        'viewer: without --https-cert and --https-key its password, and all that it shows, travel unencrypted',
      )
    return {
      url: `${scheme}://${reachedAt(host, address)}:${served}/#${tokensOf(access)}`,
      close: async () => {
        unfollow?.()
        listening.close()
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
