import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { DaffiError, messageOf } from '../../core/errors.js'

/** Enough for many pages; each connection, also of who has no token, takes a file of this process. */
const MAX_CONNECTIONS = 256

export interface Listening {
  /** Address that is listened on, which is a loopback or reached from elsewhere. */
  address: AddressInfo
  close: () => void
}

/**
 * Serves an application by HTTP/1.1.
 * @param port port, or 0 for any free one
 * @param what what the port is for, as an error says it
 * @param next what to do about that error @default what its code says
 * @throws DaffiError DAFFI_PORT_TAKEN
 */
export async function serve(
  app: Hono,
  { host, port, what, next }: { host: string; port: number; what: string; next?: string },
): Promise<Listening> {
  // HTTP/1.1, since the option `http2` is not set.
  const http = createAdaptorServer({ fetch: app.fetch }) as Server
  http.maxConnections = MAX_CONNECTIONS
  http.listen({ port, host, exclusive: true })
  try {
    await once(http, 'listening')
  } catch (error) {
    const message = `${what} cannot use port ${port} of ${host}: ${messageOf(error)}`
    throw new DaffiError('DAFFI_PORT_TAKEN', message, { cause: error, ...(next !== undefined && { next }) })
  }
  const close = (): void => {
    http.closeAllConnections()
    http.close()
  }
  return { address: http.address() as AddressInfo, close }
}
