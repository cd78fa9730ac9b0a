import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { portError } from '../../core/process/port-error.js'

/** Enough for many pages; each connection, also of who has no token, takes a file of this process. */
const MAX_CONNECTIONS = 256
/** Times within which somebody who has connected says what is wanted, so that those who do not leave room for others. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5000 }
const TLS_PATIENCE = { ...PATIENCE, handshakeTimeout: 10_000 }

export interface Listening {
  /** Address that is listened on, which is a loopback or reached from elsewhere. */
  address: AddressInfo
  /** Uses another certificate for connections that are made from now on; without TLS there is none. */
  renew: (tls: { cert: Buffer; key: Buffer }) => void
  close: () => void
}

interface ServeOptions {
  host: string
  /** Port, or 0 for any free one. */
  port: number
  /** Certificate and private key in PEM form. @default no TLS */
  tls?: { cert: Buffer; key: Buffer } | undefined
  /** Purpose of the port, as an error says it. */
  what: string
  /** Advice about a port that is in use. @default what the error's code says */
  next?: string
}

/** Serves an application by HTTP/1.1. @throws DaffiError DAFFI_PORT_TAKEN */
export async function serve(app: Hono, { host, port, tls, what, next }: ServeOptions): Promise<Listening> {
  // HTTP/1.1, since the option `http2` is not set.
  const http = createAdaptorServer({
    fetch: app.fetch,
    ...(tls
      ? { createServer: createTlsServer, serverOptions: { ...TLS_PATIENCE, cert: tls.cert, key: tls.key } }
      : { serverOptions: PATIENCE }),
  }) as Server
  http.maxConnections = MAX_CONNECTIONS
  http.listen({ port, host, exclusive: true })
  try {
    await once(http, 'listening')
  } catch (error) {
    throw portError(error, `${what} cannot use port ${port} of ${host}`, next)
  }
  const close = (): void => {
    http.closeAllConnections()
    http.close()
  }
  const renew: Listening['renew'] = ({ cert, key }) => {
    if (http instanceof TlsServer) http.setSecureContext({ cert, key })
  }
  return { address: http.address() as AddressInfo, renew, close }
}
