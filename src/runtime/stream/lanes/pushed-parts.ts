import type { Msg, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { deferred, type Deferred } from '../../core/deferred.js'
import type { Link } from '../protocol/nats-link.js'

/** Twice what a writer has on the way to receivers that it waits for. */
const MOST_BYTES = 32 * 1024 * 1024

interface Listening {
  subscription: Subscription
  /** Parts that are still to come. */
  left: number
  giveBack: () => void
}

/**
 * Parts as the server hands them on while it stores them, for who is going to need them: nobody asks for them, and the
 * server does not look them up again. What does not come this way, for whatever reason, is left to a direct get; so it
 * need not be reliable.
 */
export class PushedParts {
  readonly #link: Link
  readonly #subject: string
  #listening: Listening | undefined
  /** Came before word of them did. By number, ascending. */
  readonly #held = new Map<number, Uint8Array>()
  readonly #waiting = new Map<number, Deferred<Uint8Array | undefined>>()
  #bytes = 0
  /** The highest number that has come: they come in order. */
  #latest = -1
  /** The highest number that was asked for: of those below it, what has not been taken will not be. */
  #taken = -1
  #pinging = false

  /** @param subject of all parts of the stream */
  constructor(link: Link, subject: string) {
    this.#link = link
    this.#subject = subject
  }

  /**
   * Does nothing while it listens already, or when the connection carries as much as it can.
   * @param bytes that may be on their way at once
   * @param count parts to listen for; all that come when absent
   */
  listen(bytes: number, count?: number): void {
    const { nc } = this.#link
    if (this.#listening || nc.isClosed() || nc.isDraining()) return
    const giveBack = this.#link.claimUnasked(bytes)
    if (!giveBack) return
    for (const number of this.#held.keys()) {
      if (number < this.#taken) this.#drop(number)
    }
    const subscription = nc.subscribe(this.#subject, {
      ...(count === undefined ? {} : { max: count }),
      callback: (error, message) => {
        if (error === null) this.#hear(message)
        else this.#end()
      },
    })
    this.#listening = { subscription, left: count ?? Infinity, giveBack }
  }

  /** Undefined: it does not come this way, or has been taken. */
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

  #hear(message: Msg): void {
    const number = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1))
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
    // What was stored twice, as it was not acknowledged, is made known once, and lies here until then.
    for (const [oldest] of this.#held) {
      if (this.#bytes <= MOST_BYTES) break
      this.#drop(oldest)
    }
  }

  #end(): void {
    this.#listening?.giveBack()
    this.#listening = undefined
    for (const number of this.#waiting.keys()) this.#settle(number, undefined)
  }

  /** Word overtakes its part, on a connection of its own. What has not come when the server answers was not sent. */
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
