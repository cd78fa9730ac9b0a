import { messageOf } from '../../../core/errors.js'
import type { Logger } from '../../../core/logger.js'
import type { NatsLink } from '../../protocol/nats-link.js'

/** JetStream starts a little later than the server does; what lasts longer on a connection that is up is told. */
const TOLERATED_MS = 2000

/**
 * Store that does not answer, or takes nothing, as the user is told of it: a warning once the trouble has lasted on a
 * connection that is up, and a word when it is over. A connection that is down is told elsewhere.
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

  onFailure(reason: unknown, link: NatsLink): void {
    if (!link.connected || this.#told) {
      if (!link.connected) this.#since = undefined
      return
    }
    this.#since ??= performance.now()
    if (performance.now() - this.#since < TOLERATED_MS) return
    this.#told = true
    this.#log.warn(
      `DAFFI_STORE_UNAVAILABLE: the server does not store or give items of ${this.#stream}; the stream waits: ${messageOf(reason)}`,
    )
  }

  onAnswer(): void {
    this.#since = undefined
    if (!this.#told) return
    this.#told = false
    this.#log.warn(`${this.#stream} goes on: the server answers again`)
  }
}
