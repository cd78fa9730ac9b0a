import { setTimeout as delay } from 'node:timers/promises'
import type { ConsumerInfo, JetStreamManager } from '@nats-io/jetstream'
import { nanos, type Msg, type Subscription } from '@nats-io/transport-node'
import { listen, newInbox } from '../../../nats/index.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import { askServer } from '../store/ask-server.js'
import { consumerInfo } from '../store/item-store.js'
import type { StoreTrouble } from '../store/store-trouble.js'

/** Longest time for which the server keeps a pull request. */
export const PULL_MS = 30_000
const RETRY_DELAY_MS = 250
const PENDING_HEADER = 'Nats-Pending-Messages'

/** Status codes of JetStream's messages to a pull request's inbox. */
const HEARTBEAT = 100
const EXPIRED = [404, 408]

/** Messages that are requested, and the time for which the server keeps the request. */
export interface PullRequest {
  batch: number
  expiresMs: number
}

/** Owner of a pull loop, which handles its messages. */
export interface PullHandler {
  /** Request to make now, if any. @param requested messages that are requested and have not come */
  demand(requested: number): PullRequest | undefined
  onMessage(message: Msg): void
  /** Called before the loop requests anything on a new inbox: earlier requests bring nothing any more. */
  onRestart(info: ConsumerInfo): void
  /** Called when the consumer does not exist any more, or the server refuses to say; the loop is over. */
  onConsumerGone(error?: unknown): void
}

interface PullLoopOptions {
  link: NatsLink
  jsm: JetStreamManager
  stream: string
  consumer: string
  /** Interval of the check for a pull request that the server never answered. */
  watchMs: number
  trouble: StoreTrouble
  signal: AbortSignal
  handler: PullHandler
}

/**
 * Pulls messages from a consumer: has an inbox, counts what is requested, and starts over on a new inbox when the server
 * comes back, refuses, or is silent for too long. NATS.js's own `consume` counts by bytes or messages with thresholds of its
 * own and restarts by its own rules; here the number of messages in flight follows what the handler can hold.
 */
export class PullLoop {
  readonly #options: PullLoopOptions
  readonly #watch: NodeJS.Timeout
  #subscription: Subscription | undefined
  #requested = 0
  /** Whether the present inbox may be used. */
  #ready = false
  #lastMessage = performance.now()
  #restarting: Promise<void> | undefined
  #closed = false

  constructor(options: PullLoopOptions) {
    this.#options = options
    this.#watch = setInterval(() => this.#checkSilence(), options.watchMs)
    void this.#restartOnReconnect()
  }

  /** Requests messages on a new inbox. Resolves when the server has shown that the consumer exists, or the loop is over. */
  async start(): Promise<void> {
    this.#restarting ??= this.#restart().finally(() => (this.#restarting = undefined))
    await this.#restarting
  }

  /** Requests as many messages as the handler wants. */
  pull(): void {
    const { link, stream, consumer, handler } = this.#options
    if (!this.#ready || this.#closed || !this.#subscription || link.nc.isClosed()) return
    const demand = handler.demand(this.#requested)
    if (!demand) return
    const { batch, expiresMs } = demand
    this.#requested += batch
    const request = JSON.stringify({ batch, expires: nanos(expiresMs) })
    link.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, request, {
      reply: this.#subscription.getSubject(),
    })
  }

  /** Ends the loop. The handler still gets messages that are on their way; resolves when no more can come. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#watch)
    if (!this.#options.link.nc.isClosed()) await this.#subscription?.drain().catch(() => undefined)
  }

  async #restartOnReconnect(): Promise<void> {
    for await (const { type } of this.#options.link.nc.status()) {
      if (this.#closed) return
      if (type === 'reconnect' && this.#subscription) await this.start()
    }
  }

  /** Restarts when a pull request was not answered, not even by its expiry. */
  #checkSilence(): void {
    const silentMs = performance.now() - this.#lastMessage
    if (this.#requested > 0 && silentMs > PULL_MS + this.#options.watchMs) void this.start()
  }

  async #restart(): Promise<void> {
    const { jsm, stream, consumer, trouble, handler } = this.#options
    if (this.#isOver()) return
    this.#subscribe()
    try {
      const info = await askServer(() => consumerInfo(jsm, stream, consumer), this.#options)
      if (!info) {
        handler.onConsumerGone()
        return
      }
      trouble.onAnswer()
      handler.onRestart(info)
      this.#ready = true
      this.pull()
    } catch (error) {
      if (!this.#isOver()) handler.onConsumerGone(error)
    }
  }

  #isOver(): boolean {
    const { link, signal } = this.#options
    return this.#closed || signal.aborted || link.nc.isClosed()
  }

  #subscribe(): void {
    const { nc } = this.#options.link
    this.#subscription?.unsubscribe()
    this.#ready = false
    this.#requested = 0
    this.#lastMessage = performance.now()
    const subscription = listen(nc, newInbox(nc), (message) => {
      if (subscription === this.#subscription) this.#onMessage(message)
    })
    this.#subscription = subscription
  }

  #onMessage(message: Msg): void {
    this.#lastMessage = performance.now()
    const code = message.headers?.code ?? 0
    if (code === HEARTBEAT) return
    if (code > 0) {
      this.#onStatus(code, Number(message.headers?.get(PENDING_HEADER) ?? 0))
      return
    }
    this.#requested--
    this.#options.handler.onMessage(message)
    this.pull()
  }

  #onStatus(code: number, unanswered: number): void {
    if (EXPIRED.includes(code)) {
      this.#requested = Math.max(0, this.#requested - unanswered)
      this.pull()
      return
    }
    // The server is stopping or starting, or the consumer is gone.
    void delay(RETRY_DELAY_MS, undefined, { signal: this.#options.signal }).then(
      () => this.start(),
      () => undefined,
    )
  }
}
