import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { Wakeup } from '../../core/deferred.js'
import type { Logger } from '../../core/logger.js'

const PULL_MS = 30_000
const AGAIN_MS = 500

interface PullerOptions {
  consumer: () => Promise<Consumer>
  /** Messages that are handled side by side. */
  most: number
  /** One that rejects leaves its message to be given out again. */
  handle: (message: JsMsg) => Promise<void>
  log: Logger
}

/** Takes messages from a consumer that others draw from, too: never more of them than can be handled at once. */
export class Puller {
  readonly #options: PullerOptions
  readonly #work = new Set<Promise<void>>()
  readonly #finished = new Wakeup()
  readonly #draining = new AbortController()
  readonly #pulling: Promise<void>
  #messages: ConsumerMessages | undefined

  constructor(options: PullerOptions) {
    this.#options = options
    this.#pulling = this.#pull()
  }

  /** Takes no more, and resolves when what was taken is handled. */
  async drain(): Promise<void> {
    this.#draining.abort()
    this.#messages?.stop()
    await this.#pulling
    await Promise.all(this.#work)
  }

  isDraining(): boolean {
    return this.#draining.signal.aborted
  }

  async #pull(): Promise<void> {
    const { signal } = this.#draining
    while (!signal.aborted) {
      try {
        await this.#fetch()
      } catch {
        // The server, its JetStream or the consumer is not there at the moment.
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #fetch(): Promise<void> {
    const { consumer, most } = this.#options
    const found = await consumer()
    while (!this.isDraining()) {
      while (this.#work.size >= most) await this.#finished.wait()
      this.#messages = await found.fetch({ max_messages: most - this.#work.size, expires: PULL_MS })
      if (this.isDraining()) this.#messages.stop()
      for await (const message of this.#messages) this.#take(message)
    }
  }

  #take(message: JsMsg): void {
    const { handle, log } = this.#options
    const work = handle(message)
      .catch((error: unknown) => log.debug(`${message.subject} is to be given out again: ${String(error)}`))
      .finally(() => {
        this.#work.delete(work)
        this.#finished.notify()
      })
    this.#work.add(work)
  }
}
