import { setTimeout as delay } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import { createInbox, type Msg, type Subscription } from '@nats-io/transport-node'
import type { Wakeup } from '../../../core/deferred.js'
import type { Link } from '../../protocol/nats-link.js'
import { PULL_MS, pull } from './pull.js'
import { deliveryOf, type Delivered } from '../store/delivered-record.js'
import type { StoredPart } from '../store/record-header.js'
import { sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import { isConsumerNotFound } from '../store/item-store.js'
import { loadStored } from './load-stored.js'
import { ACK_WAIT_MS, placeLost } from '../store/shared-consumer.js'

/** One that the callback has, and one that is ready when it is done. */
const IN_HAND = 2
const TEND_MS = ACK_WAIT_MS / 3
const AGAIN_MS = 250
const SIZE_HEADER = 'Nats-Msg-Size'
const TIMED_OUT = [404, 408]
const HEARTBEAT = 100

/** The right and duty to process a chunk. */
export interface Ticket {
  mark: StoredPart
  /** Somebody had it before. */
  redelivered: boolean
  /** Subject on which it is acknowledged. */
  reply: string
  /** Undefined when the stream's retention has discarded it. */
  bytes: Promise<Buffer | undefined>
}

interface TicketsOptions {
  link: Link
  jsm: JetStreamManager
  durable: DurableOpen
  signal: AbortSignal
  /** Notified when a ticket can be taken. */
  arrived: Wakeup
  /** What this receiver has in hand is another; or the server has heard that it has nothing. */
  onChange: () => void
  onFailure: (error: unknown) => void
}

/** What a receiver of a shared run has in hand: it draws a ticket whenever it has less than it may. */
export class Tickets {
  readonly #options: TicketsOptions
  readonly #held = new Set<Ticket>()
  readonly #waiting: Ticket[] = []
  readonly #tending: NodeJS.Timeout
  #subscription: Subscription
  #asked = 0
  #heard = performance.now()
  #closing = false

  constructor(options: TicketsOptions) {
    this.#options = options
    this.#tending = setInterval(() => this.#tend(), TEND_MS)
    this.#subscription = this.#subscribe()
    this.#draw()
    void this.#follow()
  }

  /** Subjects on which what is in hand is acknowledged. */
  get replies(): string[] {
    return [...this.#held].map(({ reply }) => reply)
  }

  take(): Ticket | undefined {
    return this.#waiting.shift()
  }

  /** The chunk is processed, or never will be. */
  done(ticket: Ticket): void {
    this.#held.delete(ticket)
    this.#ack(ticket.reply)
    this.#draw()
  }

  /** Hands back what is not done: others get it at once. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    clearInterval(this.#tending)
    const { nc } = this.#options.link
    if (nc.isClosed()) return
    // Only then nothing more can come that would have to wait for its time to be up.
    await this.#subscription.drain().catch(() => undefined)
    for (const { reply } of this.#held) nc.publish(reply, '-NAK')
    this.#held.clear()
    await nc.flush().catch(() => undefined)
  }

  #subscribe(): Subscription {
    const subscription = this.#options.link.nc.subscribe(createInbox(), {
      callback: (error, message) => {
        if (error === null && subscription === this.#subscription) this.#hear(message)
      },
    })
    return subscription
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#options.link.nc.status()) {
      if (this.#closing) return
      if (type === 'reconnect') await this.#startOver()
    }
  }

  /** Says that work goes on; and asks again what nobody answered, not even to say that its time is up. */
  #tend(): void {
    const { nc } = this.#options.link
    if (nc.isClosed()) return
    for (const { reply } of this.#held) nc.publish(reply, '+WPI')
    if (this.#asked > 0 && performance.now() - this.#heard > PULL_MS + TEND_MS) void this.#startOver()
  }

  /** Draws on a new inbox, so that nothing comes of what was asked for before. */
  async #startOver(): Promise<void> {
    const { link, jsm, durable, signal, onFailure } = this.#options
    this.#subscription.unsubscribe()
    this.#subscription = this.#subscribe()
    this.#heard = performance.now()
    const subscription = this.#subscription
    // Until the server answers nothing is drawn.
    this.#asked = IN_HAND
    while (!this.#closing && !link.nc.isClosed() && subscription === this.#subscription) {
      try {
        await jsm.consumers.info(durable.stream, sharedConsumerName(durable.run))
        this.#asked = 0
        this.#draw()
        return
      } catch (error) {
        if (isConsumerNotFound(error)) {
          onFailure(placeLost(durable.stream))
          return
        }
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #draw(): void {
    const { link, durable } = this.#options
    while (!this.#closing && !link.nc.isClosed() && this.#asked + this.#held.size < IN_HAND) {
      this.#asked++
      pull(link.nc, {
        stream: durable.stream,
        consumer: sharedConsumerName(durable.run),
        batch: 1,
        reply: this.#subscription.getSubject(),
      })
    }
  }

  #hear(message: Msg): void {
    this.#heard = performance.now()
    const code = message.headers?.code ?? 0
    if (code === HEARTBEAT) return
    if (code > 0) {
      this.#refused(code)
      return
    }
    this.#asked--
    const delivered = deliveryOf(message)
    if (delivered && this.#closing) this.#options.link.nc.publish(delivered.reply, '-NAK')
    else if (delivered) this.#keep(delivered, Number(message.headers?.get(SIZE_HEADER)))
    this.#draw()
  }

  #refused(code: number): void {
    if (TIMED_OUT.includes(code)) {
      this.#asked--
      this.#draw()
    } else {
      // The server is on its way down or up, or the consumer is gone.
      const pause = delay(AGAIN_MS, undefined, { signal: this.#options.signal })
      void pause.then(
        () => this.#startOver(),
        () => undefined,
      )
    }
  }

  #keep({ mark, sequence, reply, redelivered }: Delivered, length: number): void {
    // Of a chunk its last part is the ticket; the others, and what is no item, need nobody.
    if (mark?.what !== 'part' || mark.offset + length < mark.bytes) {
      this.#ack(reply)
      return
    }
    const { link, durable, arrived, onChange } = this.#options
    const bytes = loadStored(link, durable.stream, sequence, mark)
    // Awaited when it is taken; until then a failure is not an unhandled one.
    bytes.catch(() => undefined)
    const ticket = { mark, redelivered, reply, bytes }
    this.#held.add(ticket)
    this.#waiting.push(ticket)
    onChange()
    arrived.notify()
  }

  #ack(reply: string): void {
    const { link, onChange } = this.#options
    if (link.nc.isClosed()) return
    link.nc.publish(reply, '+ACK')
    const flushed = link.nc.flush().catch(() => undefined)
    if (this.#held.size === 0) void flushed.then(onChange)
  }
}
