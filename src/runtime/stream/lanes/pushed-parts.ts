import type { Msg, Subscription } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { deferred, type Deferred } from '../../core/deferred.js'
import type { Link } from '../link.js'

/** Twice what a writer has on the way to receivers that it waits for. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * Parts as the server hands them on while it stores them, for who needs every one of them: nobody asks for them, and the
 * server does not look them up again. What does not come this way, for whatever reason, is left to a direct get; so it
 * need not be reliable.
 */
export class PushedParts {
  readonly #link: Link
  readonly #subscription: Subscription
  readonly #giveBack: () => void
  /** Came before word of them did. By number, ascending. */
  readonly #held = new Map<number, Uint8Array>()
  readonly #waiting = new Map<number, Deferred<Uint8Array | undefined>>()
  #bytes = 0
  /** The highest number that has come: they come in order. */
  #latest = -1
  #pinging = false
  #closed = false

  /**
   * Undefined when the connection carries as many as it can.
   * @param subject of all parts of the stream
   */
  static open(link: Link, subject: string): PushedParts | undefined {
    const giveBack = link.claimPush()
    return giveBack && new PushedParts(link, subject, giveBack)
  }

  private constructor(link: Link, subject: string, giveBack: () => void) {
    this.#link = link
    this.#giveBack = giveBack
    this.#subscription = link.nc.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) this.#hear(message)
      },
    })
  }

  /** Undefined: it does not come this way, or has been taken. */
  take(number: number): Uint8Array | Promise<Uint8Array | undefined> | undefined {
    const bytes = this.#held.get(number)
    if (bytes) this.#drop(number)
    if (bytes || this.#closed || number <= this.#latest) return bytes
    const waiting = deferred<Uint8Array | undefined>()
    this.#waiting.set(number, waiting)
    if (!this.#pinging) void this.#ping()
    return waiting.promise
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (!this.#link.nc.isClosed()) this.#subscription.unsubscribe()
    this.#giveBack()
    this.#held.clear()
    for (const number of this.#waiting.keys()) this.#settle(number, undefined)
  }

  #hear(message: Msg): void {
    const number = Number(message.subject.slice(message.subject.lastIndexOf('.') + 1))
    this.#latest = number
    for (const waited of this.#waiting.keys()) {
      if (waited < number) this.#settle(waited, undefined)
    }
    if (this.#waiting.has(number)) {
      this.#settle(number, message.data)
      return
    }
    this.#held.set(number, message.data)
    this.#bytes += message.data.length
    // What was stored twice, as it was not acknowledged, is made known once, and lies here until then.
    for (const [oldest] of this.#held) {
      if (this.#bytes <= MOST_BYTES) break
      this.#drop(oldest)
    }
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
