import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { ServerAddress, TlsOptions } from '../address/server-address.js'
import { authenticators } from './authenticators.js'
import { connectError } from './connect-error.js'
import { StateFollower } from './follow-state.js'

const CONNECT_MS = 5000
const PING_MS = 15_000
const RECONNECT_MS = 250

export interface ConnectOptions {
  /** Shown by the server's monitoring. */
  name: string
  /** Messages of this connection do not come back to its own subscriptions. */
  noEcho?: boolean
  signal?: AbortSignal | undefined
  log?: Logger
}

/**
 * Connects to a server, one that `openServer` has given, and stays connected until closed: it tries again for ever, and
 * finds the project's embedded server again when that has come back on another port or with another token.
 * @throws DaffiError DAFFI_NO_SERVER, DAFFI_SERVER_AUTH, DAFFI_ABORTED
 */
export async function connectNats(address: ServerAddress, options: ConnectOptions): Promise<NatsConnection> {
  const { signal, log } = options
  const follower = new StateFollower(address)
  follower.refresh()
  const connecting = connect(await clientOptions(address, options, follower))
  try {
    const connection = await bounded(connecting, { signal, what: `connecting to ${address.url}` })
    follower.follow(connection)
    if (log) void logStatus(connection, address.url, log)
    return connection
  } catch (error) {
    void connecting.then((connection) => connection.close()).catch(() => undefined)
    throw error instanceof DaffiError ? error : connectError(address.url, error)
  }
}

async function clientOptions(
  address: ServerAddress,
  { name, noEcho = false }: ConnectOptions,
  follower: StateFollower,
): Promise<NodeConnectionOptions> {
  return {
    name,
    noEcho,
    servers: follower.url.split(','),
    authenticator: await authenticators(address, follower.token),
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => {
      follower.refresh()
      return RECONNECT_MS * (1 + Math.random())
    },
    ...(address.tls ? { tls: tlsOptions(address.tls) } : {}),
  }
}

function tlsOptions({ ca, cert, key }: TlsOptions): NonNullable<NodeConnectionOptions['tls']> {
  return {
    ...(ca === undefined ? {} : { caFile: ca }),
    ...(cert === undefined ? {} : { certFile: cert }),
    ...(key === undefined ? {} : { keyFile: key }),
  }
}

async function logStatus(connection: NatsConnection, url: string, log: Logger): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') log.warn(`lost the NATS server at ${url}; trying to reach it again`)
    if (type === 'reconnect') log.info('the NATS server is back')
  }
}
