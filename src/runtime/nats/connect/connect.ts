import {
  errors,
  type NatsConnection,
  type NatsConnectionImpl,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { backoffMs, type Backoff } from '../../core/backoff.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { ServerAddress } from '../address/server-address.js'
import { setMessageLog } from './bad-messages.js'
import { connectError } from './connect-error.js'
import { namedServerOptions } from './named-server.js'
import { explainRefusals } from './refusals/explain-refusals.js'
import { refusalOf } from './refusals/permissions.js'
import { prepareConnection } from './prepare-connection.js'
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
   * Gets a line when the connection is lost, one when it is back, and one when a stranger is in the server's place. @default no such
   * lines, only those about bad messages
   */
  log?: Logger
  /**
   * Called when the server does not allow this connection a subject that daffi cannot do without. The server says so after the
   * fact and to the connection as a whole, so nobody else may learn of it: who waits for an answer waits in vain.
   */
  onRefused?: ((error: DaffiError) => void) | undefined
}

/**
 * Connects to a server that `openServer` has found. The connection is kept until it is closed: it reconnects for ever, and
 * finds the project's embedded server again after a restart, which gives it another token and perhaps another port.
 * @throws DaffiError DAFFI_NO_SERVER, DAFFI_SERVER_AUTH, DAFFI_SERVER_UNPROVEN, DAFFI_SERVER_TLS, DAFFI_ABORTED
 */
export async function connectNats(
  address: ServerAddress,
  options: ConnectNatsOptions,
): Promise<NatsConnection> {
  const { signal, log } = options
  const follower = address.project === undefined ? undefined : new StateFollower(address.project, log)
  const url = follower?.url ?? address.url
  const server = follower?.options ?? (await namedServerOptions(address))
  const prepared = prepareConnection(clientOptions(server, options, () => follower?.refresh()))
  follower?.follow(prepared)
  const connection = prepared as NatsConnection
  const connecting = prepared.protocol.dialLoop()
  try {
    await bounded(connecting, { signal, what: `connecting to ${url}` })
    if (log) setMessageLog(connection, log)
    explainRefusals(prepared, url)
    void followStatus(prepared, url, options)
    return connection
  } catch (error) {
    void connecting.then(() => connection.close()).catch(() => undefined)
    if (error instanceof DaffiError) throw error
    throw connectError(url, follower ? error : await reasonOf(error, address))
  }
}

/** The reason why a connection failed: what the client reports, or what it misses of a refusal by TLS. */
async function reasonOf(error: unknown, { url, tls = {} }: ServerAddress): Promise<unknown> {
  if (!(error instanceof errors.TimeoutError)) return error
  const [first = url] = url.split(',')
  // Imported only here: few connections fail.
  const { probeTls } = await import('./probe-tls.js')
  return (await probeTls(first, tls)) ?? error
}

function clientOptions(
  server: NodeConnectionOptions,
  { name, noEcho = false }: ConnectNatsOptions,
  beforeAttempt: () => void,
): NodeConnectionOptions {
  return {
    ...server,
    name,
    noEcho,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    noAsyncTraces: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => {
      beforeAttempt()
      return backoffMs(RECONNECT, 0)
    },
  }
}

async function followStatus(
  connection: NatsConnectionImpl,
  url: string,
  { log, onRefused }: ConnectNatsOptions,
): Promise<void> {
  let isTold = false
  for await (const status of connection.status()) {
    if (status.type === 'disconnect')
      log?.warn(`lost the connection to the NATS server at ${url}; reconnecting`)
    if (status.type === 'reconnect') log?.info('the NATS server is back')
    if (status.type !== 'error') continue
    const refusal = refusalOf(status.error, url, connection.options.inboxPrefix)
    if (refusal?.isNeeded) onRefused?.(refusal.error)
    // Once: others may ask for as many answers as they want to inboxes that this user may not publish on.
    else if (refusal && !isTold) {
      isTold = true
      log?.warn(refusal.error.message)
    }
  }
}
