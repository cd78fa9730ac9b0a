import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { backoffMs, type Backoff } from '../../core/backoff.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'
import type { ServerAddress, TlsOptions } from '../address/server-address.js'
import { authenticators } from './authenticators.js'
import { connectError } from './connect-error.js'
import { guardCallbacks } from './guard-callbacks.js'
import { StateFollower } from './follow-state.js'

const CONNECT_TIMEOUT_MS = 5000
const PING_INTERVAL_MS = 15_000
const RECONNECT: Backoff = { firstMs: 375, factor: 1, jitter: 1 / 3 }

/** Options of one connection to a server. (`ConnectOptions` of the library are those of `Global.connect`.) */
export interface ConnectNatsOptions {
  /** Name of the connection in the server's monitoring. */
  name: string
  /** Whether messages of this connection are kept from its own subscriptions. @default false */
  noEcho?: boolean
  /** Cancels the first attempt; has no effect once connected. */
  signal?: AbortSignal | undefined
  /**
   * Gets a line when the connection is lost, and one when it is back. @default no such lines, only errors in the handling of
   * messages
   */
  log?: Logger
}

/**
 * Connects to a server that `openServer` has found. The connection is kept until it is closed: it reconnects for ever, and
 * finds the project's embedded server again after a restart on another port or with another token.
 * @throws DaffiError DAFFI_NO_SERVER, DAFFI_SERVER_AUTH, DAFFI_ABORTED
 */
export async function connectNats(
  address: ServerAddress,
  options: ConnectNatsOptions,
): Promise<NatsConnection> {
  const { signal, log } = options
  const follower = new StateFollower(address)
  follower.refresh()
  const connecting = connect(await clientOptions(address, options, follower))
  try {
    const connection = await bounded(connecting, { signal, what: `connecting to ${address.url}` })
    follower.follow(connection)
    guardCallbacks(connection, log ?? stderrLogger('warn'))
    if (log) void logStatus(connection, address.url, log)
    return connection
  } catch (error) {
    void connecting.then((connection) => connection.close()).catch(() => undefined)
    throw error instanceof DaffiError ? error : connectError(address.url, error)
  }
}

async function clientOptions(
  address: ServerAddress,
  { name, noEcho = false }: ConnectNatsOptions,
  follower: StateFollower,
): Promise<NodeConnectionOptions> {
  return {
    name,
    noEcho,
    servers: follower.url.split(','),
    authenticator: await authenticators(address, follower.token),
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => {
      follower.refresh()
      return backoffMs(RECONNECT, 0)
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
    if (type === 'disconnect') log.warn(`lost the connection to the NATS server at ${url}; reconnecting`)
    if (type === 'reconnect') log.info('the NATS server is back')
  }
}
