import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { Wakeup } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'

/**
 * Time for which a pull lasts. What the server gives to the pull of a node that stands still is held up, so it is short. It
 * differs from pull to pull, so that no node is always the first in line for what comes once a second.
 */
const PULL_MS = 1000
const PULL_JITTER_MS = 250

interface PullerOptions {
  consumer: () => Promise<Consumer>
  /** Limit of the messages that are handled side by side. */
  limit: number
  /** Time after which the server delivers again what is not acknowledged. */
  ackWaitMs: number
  /**
   * Handles a message. When it rejects, JetStream will deliver the message again; but not when the reason is that the message
   * makes no sense.
   */
  handle: (message: JsMsg) => Promise<void>
  /** Pause before another attempt when the consumer cannot be reached. */
  retryMs: number
  log: Logger
}

/**
 * Pulls messages from a consumer that other nodes pull from, too: never more of them than it can handle at once, as any
 * others would wait here while another node is idle. That is why it is not the client's `consume`, which reads ahead.
 */
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

  /** Pulls no more, and resolves when the messages that were pulled are handled. */
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
        await delay(this.#options.retryMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #fetch(): Promise<void> {
    const { consumer, limit, ackWaitMs } = this.#options
    const found = await consumer()
    while (!this.isDraining()) {
      while (this.#work.size >= limit) await this.#finished.wait()
      const expires = PULL_MS + Math.round(Math.random() * PULL_JITTER_MS)
      const outdated = performance.now() + expires + ackWaitMs
      this.#messages = await found.fetch({
        max_messages: limit - this.#work.size,
        expires,
        bind: true,
      })
      if (this.isDraining()) this.#messages.stop()
      for await (const message of this.#messages) {
        // This process stood still, and the message was delivered to another node meanwhile.
        if (performance.now() < outdated) this.#accept(message)
      }
    }
  }

  #accept(message: JsMsg): void {
    const { handle } = this.#options
    const work = handle(message)
      .catch((error: unknown) => this.#onFailure(message, error))
      .finally(() => {
        this.#work.delete(work)
        this.#finished.notify()
      })
    this.#work.add(work)
  }

  /** A message that makes no sense would make none the next time, and would be in the way of others for ever. */
  #onFailure(message: JsMsg, error: unknown): void {
    const { log } = this.#options
    const isSenseless = error instanceof DaffiError && error.code === 'DAFFI_BAD_MESSAGE'
    if (isSenseless) {
      log.warn(`a stored message on ${JSON.stringify(message.subject)} is passed over: ${error.message}`)
      message.term(error.message)
    } else log.debug(`${message.subject} will be delivered again: ${String(error)}`)
  }
}
