import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { DaffiError, messageOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan/plan.js'
import { connectNats, type ServerHandle } from '../nats/index.js'
import { NatsLink } from '../stream/index.js'
import { Board } from './board/board.js'
import { StatusPoller } from './board/status-poller.js'
import { Boxes } from './boxes/boxes.js'
import { Access } from './http/access.js'
import { viewerApp } from './http/app.js'
import { Pictures } from './pictures/pictures.js'

/** Enough for many pages; each connection, also of who has no token, takes a file of this process. */
const MAX_CONNECTIONS = 256

export interface ViewerOptions {
  /** Port of 127.0.0.1; undefined for any free one. */
  port: number | undefined
  log: Logger
  signal: AbortSignal
}

export interface Viewer {
  /** URL of the page, with the run's token. */
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
  { port, log, signal }: ViewerOptions,
): Promise<Viewer> {
  const onRefused = (error: DaffiError): void => log.warn(`viewer: ${error.message}`)
  const nc = await connectNats(server.address, { name: 'viewer', signal, onRefused })
  const link = new NatsLink(nc)
  const onFailure = (error: unknown): void => log.warn(`viewer: ${messageOf(error)}`)
  const poller = new StatusPoller(link, plan.name, new Board(plan, server.info), onFailure)
  const watched = { link, pipeline: plan.name, poller, onFailure }
  const [pictures, boxes] = [new Pictures(watched), new Boxes(watched)]
  const access = new Access()
  const app = viewerApp({ access, port: () => portOf(http), poller, pictures, boxes })
  // An HTTP/1.1 server, since the option `http2` is not set.
  const http = createAdaptorServer({ fetch: app.fetch }) as Server
  http.maxConnections = MAX_CONNECTIONS
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
  return { url: `http://127.0.0.1:${portOf(http)}/#token=${access.token}`, close }
}

async function listen(http: Server, port = 0): Promise<void> {
  http.listen({ port, host: '127.0.0.1', exclusive: true })
  try {
    await once(http, 'listening')
  } catch (error) {
    throw new DaffiError('DAFFI_PORT_TAKEN', `the viewer cannot use port ${port}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function portOf(http: Server): number {
  return (http.address() as AddressInfo).port
}
