import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { DaffiError, messageOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan.js'
import { connectNats, type ServerHandle } from '../nats/index.js'
import { Link } from '../stream/index.js'
import { Access } from './http/access.js'
import { viewerApp } from './http/app.js'
import { Board } from './board/board.js'
import { Pictures } from './pictures/pictures.js'
import { Watch } from './board/watch.js'

export interface ViewerOptions {
  /** On the loopback; any free one when undefined. */
  port: number | undefined
  log: Logger
  signal: AbortSignal
}

export interface Viewer {
  /** Where a browser finds it, with the run's token. */
  url: string
  close: () => Promise<void>
}

/**
 * Serves the page on which a pipeline can be watched. It takes no part in the pipeline: it asks, as long as somebody looks.
 * @throws DaffiError DAFFI_PORT_TAKEN, and what connecting throws
 */
export async function openViewer(
  plan: Plan,
  server: Pick<ServerHandle, 'address' | 'info'>,
  { port, log, signal }: ViewerOptions,
): Promise<Viewer> {
  const nc = await connectNats(server.address, { name: 'viewer', signal })
  const link = new Link(nc)
  const onFailure = (error: unknown): void => log.warn(`viewer: ${messageOf(error)}`)
  const watch = new Watch(link, plan.name, new Board(plan, server.info), onFailure)
  const pictures = new Pictures({ link, pipeline: plan.name, watch, onFailure })
  const access = new Access()
  const app = viewerApp({ access, port: () => portOf(http), watch, pictures })
  // Without its option `http2` it gives an HTTP/1.1 server.
  const http = createAdaptorServer({ fetch: app.fetch }) as Server
  const close = async (): Promise<void> => {
    http.closeAllConnections()
    http.close()
    await nc.close()
  }
  try {
    await listen(http, port)
  } catch (error) {
    await close()
    throw error
  }
  return { url: `http://127.0.0.1:${portOf(http)}/?token=${access.token}`, close }
}

async function listen(http: Server, port = 0): Promise<void> {
  http.listen({ port, host: '127.0.0.1', exclusive: true })
  try {
    await once(http, 'listening')
  } catch (error) {
    throw new DaffiError('DAFFI_PORT_TAKEN', `the viewer cannot have port ${port}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function portOf(http: Server): number {
  return (http.address() as AddressInfo).port
}
