import type { Msg, Subscription } from '@nats-io/transport-node'
import { MIB } from '../../core/bytes.js'
import { isCount } from '../../core/message/forms.js'
import { bounded } from '../../core/timeout.js'
import { deferred, type Deferred } from '../../core/deferred.js'
import { listen } from '../../nats/index.js'
import type { NatsLink } from '../protocol/nats-link.js'

/** Bytes held at most: twice the window of a lossless writer. */
const MAX_BYTES = 32 * MIB

interface PushSubscription {
  subscription: Subscription
  /** Number of parts that are still to come. */
  left: number
  release: () => void
}

/**
 * Parts that the server pushes while it stores them: no requests, no second look-up in the store. It need not be
 * reliable, since a part that is not pushed is requested.
 */
export class PushedParts {
  readonly #link: NatsLink
  readonly #subject: string
  #listening: PushSubscription | undefined
  /** Parts that came before their announcement, by number, ascending. */
  readonly #held = new Map<number, Uint8Array>()
  readonly #waiting = new Map<number, Deferred<Uint8Array | undefined>>()
  #bytes = 0
  /** Highest part number that has come; parts come in order. */
  #latest = -1
  /** Highest part number requested so far; lower parts that were not taken can be discarded. */
  #taken = -1
  #pinging = false

  /** @param subject of all parts of the stream */
  constructor(link: NatsLink, subject: string) {
    this.#link = link
    this.#subject = subject
  }

  /**
   * Subscribes to parts. Does nothing while subscribed already, or when the connection carries as much as it can.
   * @param bytes that may be on their way at once
   * @param count parts to subscribe for; absent: all
   */
  listen(bytes: number, count?: number): void {
    const { nc } = this.#link
    if (this.#listening || nc.isClosed() || nc.isDraining()) return
    const release = this.#link.reservePushBytes(bytes)
    if (!release) return
    for (const number of this.#held.keys()) {
      if (number < this.#taken) this.#drop(number)
    }
    const subscription = listen(nc, this.#subject, (message) => this.#onMessage(message), {
      ...(count === undefined ? {} : { max: count }),
      onError: () => this.#end(),
    })
    this.#listening = { subscription, left: count ?? Infinity, release }
  }

  /** Takes a part; undefined when it is not pushed, or was taken before. */
  take(number: number): Uint8Array | Promise<Uint8Array | undefined> | undefined {
    this.#taken = Math.max(this.#taken, number)
    const bytes = this.#held.get(number)
    if (bytes) this.#drop(number)
    if (bytes || !this.#listening || number <= this.#latest) return bytes
    const waiting = deferred<Uint8Array | undefined>()
    this.#waiting.set(number, waiting)
    if (!this.#pinging) void this.#ping()
    return waiting.promise
  }

  close(): void {
    if (!this.#link.nc.isClosed()) this.#listening?.subscription.unsubscribe()
    this.#end()
    this.#held.clear()
  }

  #onMessage(message: Msg): void {
    const number = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1))
    if (!isCount(number)) return
    this.#latest = number
    for (const waited of this.#waiting.keys()) {
      if (waited < number) this.#settle(waited, undefined)
    }
    if (this.#waiting.has(number)) this.#settle(number, message.data)
    else this.#hold(number, message.data)
    if (this.#listening && --this.#listening.left === 0) this.#end()
  }

  #hold(number: number, bytes: Uint8Array): void {
    this.#held.set(number, bytes)
    this.#bytes += bytes.length
    // A part that was stored twice, since an acknowledgement was lost, is announced once: its other copy stays here.
    for (const [oldest] of this.#held) {
      if (this.#bytes <= MAX_BYTES) break
      this.#drop(oldest)
    }
  }

  #end(): void {
    this.#listening?.release()
    this.#listening = undefined
    for (const number of this.#waiting.keys()) this.#settle(number, undefined)
  }

  /**
   * Settles the parts that are waited for. Announcements use another connection and may arrive first; after a PING and PONG
   * on this one, a part that is still missing was never pushed.
   */
  async #ping(): Promise<void> {
    this.#pinging = true
    while (this.#waiting.size > 0) {
      const asked = [...this.#waiting.keys()]
      await bounded(this.#link.nc.flush(), { signal: this.#link.lost, what: 'parts of a stream' }).catch(
        () => undefined,
      )
      for (const number of asked) this.#settle(number, undefined)
    }
    this.#pinging = false
  }

  #settle(number: number, bytes: Uint8Array | undefined): void {
    this.#waiting.get(number)?.resolve(bytes)
    this.#waiting.delete(number)
  }

  #drop(number: number): void {
    this.#bytes -= this.#held.get(number)?.length ?? 0
    this.#held.delete(number)
  }
}
