import type { Logger } from '../../../core/logger.js'
import type { NatsLink } from '../../protocol/nats-link.js'

/** JetStream starts a little later than the server does; what lasts longer on a connection that is up is told. */
const TOLERATED_MS = 2000

/**
 * Store of a durable stream that takes nothing, or does not answer, as the user is told of it: a warning once that has lasted
 * on a connection that is up, and a word when it is over. A connection that is down is told elsewhere.
 */
export class StoreTrouble {
  readonly #log: Logger
  readonly #stream: string
  #since: number | undefined
  #told = false

  /** @param stream name of the JetStream stream */
  constructor(log: Logger, stream: string) {
    this.#log = log
    this.#stream = stream
  }

  /** @param refusal the server's text when it has answered that it cannot store now */
  onFailure(link: NatsLink, refusal?: string): void {
    if (!link.connected) this.#since = undefined
    if (!link.connected || this.#told) return
    this.#since ??= performance.now()
    if (performance.now() - this.#since < TOLERATED_MS) return
    this.#told = true
    const what =
      refusal === undefined
        ? `the server does not answer for ${this.#stream}`
        : `DAFFI_STORE_FULL: the server stores nothing in ${this.#stream}: ${refusal}`
    this.#log.warn(`${what}; the stream waits, and loses nothing`)
  }

  onAnswer(): void {
    this.#since = undefined
    if (!this.#told) return
    this.#told = false
    this.#log.warn(`${this.#stream} goes on: the server stores and gives items again`)
  }
}
