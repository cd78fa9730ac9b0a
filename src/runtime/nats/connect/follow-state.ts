import { NatsConnectionImpl, type NatsConnection } from '@nats-io/transport-node'
import type { ServerAddress } from '../address/server-address.js'
import { readState } from '../address/state.js'

/**
 * Keeps the address of a project's embedded server up to date: after a restart by a new owner it has another token, and perhaps
 * another port. The NATS client reads both before every attempt to connect, through its hooks.
 */
export class StateFollower {
  readonly #project: string | undefined
  #url: string
  #token: string | undefined
  #connection: NatsConnection | undefined

  constructor({ project, url, token }: ServerAddress) {
    this.#project = project
    this.#url = url
    this.#token = token
  }

  get url(): string {
    return this.#url
  }

  /** Gives the current token, for the client's authenticator. */
  readonly token = (): string => this.#token ?? ''

  /** Sets the connection whose list of servers is to be kept up to date. */
  follow(connection: NatsConnection): void {
    this.#connection = connection
  }

  /** Reads the state file again; synchronous, as the client's hook before each attempt is. */
  refresh(): void {
    const state = this.#project === undefined ? undefined : readState(this.#project)
    if (!state) return
    this.#token = state.token
    if (state.url === this.#url) return
    this.#url = state.url
    if (!(this.#connection instanceof NatsConnectionImpl)) return
    const { servers } = this.#connection.protocol
    servers.clear()
    servers.addServer(state.url)
  }
}
