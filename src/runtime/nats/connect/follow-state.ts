import { NatsConnectionImpl, type NatsConnection } from '@nats-io/transport-node'
import type { ServerAddress } from '../address/server-address.js'
import { readState } from '../address/state.js'

/**
 * Keeps an address current while its server comes and goes: a new owner of the project's server has another token
 * and perhaps another port. The client asks for both at every attempt, through the hooks it has.
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

  /** For the client's authenticator. */
  readonly token = (): string => this.#token ?? ''

  follow(connection: NatsConnection): void {
    this.#connection = connection
  }

  /** For the client's hook before each attempt, which is a synchronous one. */
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
