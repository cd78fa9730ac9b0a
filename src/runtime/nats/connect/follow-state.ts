import type { Auth, NatsConnectionImpl, NodeConnectionOptions } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { tableIdentifies } from '../../core/process/socket-table.js'
import { readState, type ServerState } from '../address/state.js'
import { clientPort, refuseServer, skipAttempt } from './prepare-connection.js'
import { proveServer } from './prove-server.js'

/**
 * The way to a project's own server, which has another token after each start, and perhaps another port. The state file is read
 * before every attempt to connect, by the client's hooks; without one there is no attempt. The token is told only to a server that is
 * proven to be the one of the state file: by its certificate if it has one, else by looking at who holds its sockets.
 */
export class StateFollower {
  readonly #project: string
  readonly #log: Logger | undefined
  readonly #tls: { handshakeFirst: true; ca: string } | null
  /** The state with which the current attempt began. */
  #state: ServerState
  #connection: NatsConnectionImpl | undefined
  #isToldOfStranger = false

  /** @throws DaffiError DAFFI_NO_SERVER without a state file, DAFFI_SERVER_UNPROVEN where the server could not be proven */
  constructor(project: string, log?: Logger) {
    this.#project = project
    this.#log = log
    const state = readState(project)
    if (!state) throw new DaffiError('DAFFI_NO_SERVER', `no NATS server runs in ${project}`)
    if (state.certificate === undefined && !tableIdentifies()) throw cannotLook(state.url)
    this.#state = state
    // Before INFO, as its words could otherwise talk the client out of TLS.
    this.#tls = state.certificate === undefined ? null : { handshakeFirst: true, ca: state.certificate }
  }

  get url(): string {
    return this.#state.url
  }

  get options(): NodeConnectionOptions {
    return {
      servers: [this.url],
      tls: this.#tls,
      // Or a stranger's INFO could name other servers.
      ignoreClusterUpdates: true,
      authenticator: () => this.#authenticate(),
    }
  }

  /** Sets the connection that is to follow. */
  follow(connection: NatsConnectionImpl): void {
    this.#connection = connection
  }

  /** Reads the state file for the next attempt; there is none without it. */
  refresh(): void {
    const state = readState(this.#project)
    if (!this.#connection) return
    if (!state || (state.certificate === undefined) !== (this.#tls === null)) {
      skipAttempt(this.#connection)
      return
    }
    if (this.#tls && state.certificate !== undefined) this.#tls.ca = state.certificate
    const { servers } = this.#connection.protocol
    if (state.url !== this.url) {
      servers.clear()
      servers.addServer(state.url)
    }
    this.#state = state
  }

  /** Called after the server has spoken, and before it is told anything. */
  #authenticate(): Auth {
    if (!this.#connection) return undefined
    try {
      this.#prove(this.#connection)
      this.#isToldOfStranger = false
      return { auth_token: this.#state.token }
    } catch (error) {
      refuseServer(this.#connection, error as Error)
      this.#tellOnce(error as Error)
      return undefined
    }
  }

  /** @throws DaffiError DAFFI_SERVER_UNPROVEN, DAFFI_NO_SERVER when the server was started again during the attempt */
  #prove(connection: NatsConnectionImpl): void {
    const { url, token } = this.#state
    if (readState(this.#project)?.token !== token)
      throw new DaffiError('DAFFI_NO_SERVER', `the NATS server at ${url} is being started again`)
    if (this.#tls) return
    const port = clientPort(connection)
    if (port === undefined) throw new DaffiError('DAFFI_NO_SERVER', `the connection to ${url} is closed`)
    proveServer(url, port)
  }

  #tellOnce(error: Error): void {
    if (!(error instanceof DaffiError) || error.code !== 'DAFFI_SERVER_UNPROVEN') return
    if (this.#isToldOfStranger || !this.#connection?.protocol.connectedOnce) return
    this.#isToldOfStranger = true
    this.#log?.warn(`${error.code}: ${error.message}; it is told nothing`)
  }
}

function cannotLook(url: string): DaffiError {
  return new DaffiError('DAFFI_SERVER_UNPROVEN', `it cannot be seen whose server answers at ${url}`, {
    next: 'Let this process read /proc/self/net/tcp, and run it as a user whom its user namespace knows.',
  })
}
