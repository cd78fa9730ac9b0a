import { setTimeout as delay } from 'node:timers/promises'
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import { Wakeup } from '../../../core/deferred.js'
import { DaffiError } from '../../../core/errors.js'
import { markHeaders, type Mark } from '../store/record-header.js'
import type { Stored } from '../store/item-store.js'

/** The most bytes that may be on their way to the server without its word that they are stored. */
const WINDOW = 4 * 1024 * 1024
const WRONG_LAST_SEQUENCE = 10071
const WATCH_MS = 10_000
/** JetStream comes up a little later than the server does. */
const AGAIN_MS = 250

interface Pending {
  mark: Mark
  payload: Uint8Array
}

interface PublisherOptions {
  nc: NatsConnection
  subject: string
  /** The session that the marks name. */
  writer: string
  /** Sequence of the last message that the stream has. */
  last: number
  /** Reads the stream's last message. */
  lastStored: () => Promise<Stored | undefined>
  /** Notified when nothing is on its way any more. */
  idle: Wakeup
  signal: AbortSignal
  onFailure: (error: DaffiError) => void
}

interface PubAck {
  seq?: number
  error?: { err_code: number; description: string }
}

/**
 * Stores messages one after the other, many at a time on their way, each exactly once: each names the sequence that
 * must stand before it, and after a break the stream's last message tells what has to be sent again.
 */
export class Publisher {
  /** Notified when the server has stored something. */
  readonly stored = new Wakeup()
  readonly #options: PublisherOptions
  readonly #pending = new Map<number, Pending>()
  readonly #watch: NodeJS.Timeout
  readonly #inbox = createInbox()
  readonly #acks: Subscription
  #bytes = 0
  #next: number
  #generation = 0
  #broken = false
  #progress = false
  #closed = false

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#next = options.last + 1
    const { nc } = options
    this.#acks = nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#heard(message)
      },
    })
    this.#watch = setInterval(() => this.#checkProgress(), WATCH_MS)
    void this.#follow()
  }

  /** Whether anything is on its way. */
  get busy(): boolean {
    return this.#pending.size > 0
  }

  /** Sequence of the latest message. */
  get last(): number {
    return this.#next - 1
  }

  /** @returns the message's sequence */
  publish(mark: Mark, payload: Uint8Array): number {
    const sequence = this.#next++
    const pending = { mark, payload }
    this.#pending.set(sequence, pending)
    this.#bytes += payload.length
    if (!this.#broken) this.#send(sequence, pending)
    return sequence
  }

  /** Undefined when more may come at once. */
  room(): Promise<void> | undefined {
    return this.#bytes < WINDOW ? undefined : this.#until(() => this.#bytes < WINDOW)
  }

  /** Resolves when all is stored. */
  async drained(): Promise<void> {
    await this.#until(() => this.#pending.size === 0)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#watch)
    if (!this.#options.nc.isClosed()) this.#acks.unsubscribe()
    this.stored.notify()
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done() && !this.#closed && !this.#options.signal.aborted) await this.stored.wait()
  }

  #send(sequence: number, { mark, payload }: Pending): void {
    const { nc, subject } = this.#options
    nc.publish(subject, payload, {
      headers: markHeaders(mark, sequence - 1),
      reply: `${this.#inbox}.${this.#generation}`,
    })
  }

  #heard(message: Msg): void {
    if (!message.subject.endsWith(`.${this.#generation}`)) return
    if (message.data.length === 0) {
      void this.#recover()
      return
    }
    const { seq, error } = message.json<PubAck>()
    if (seq !== undefined && !error) this.#settle(seq)
    else if (error?.err_code === WRONG_LAST_SEQUENCE) void this.#recover()
    else
      this.#fail(
        'DAFFI_SERVER_FAILED',
        `the server refused to store: ${error?.description ?? 'no reason given'}`,
      )
  }

  /** Everything up to `last` is stored. */
  #settle(last: number): void {
    this.#progress = true
    for (const [sequence, { payload }] of this.#pending) {
      if (sequence > last) break
      this.#pending.delete(sequence)
      this.#bytes -= payload.length
    }
    this.stored.notify()
    if (!this.busy) this.#options.idle.notify()
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#options.nc.status()) {
      if (this.#closed) return
      if (type === 'disconnect') this.#broken = true
      if (type === 'reconnect') await this.#recover(true)
    }
  }

  /** An acknowledgement may be lost without the connection. */
  #checkProgress(): void {
    if (this.busy && !this.#progress) void this.#recover()
    this.#progress = false
  }

  /** Finds out what is stored, and sends the rest again. */
  async #recover(reconnected = false): Promise<void> {
    if (this.#broken && !reconnected) return
    this.#broken = true
    this.#generation++
    const { nc, lastStored, signal } = this.#options
    const generation = this.#generation
    while (!this.#closed && !nc.isClosed() && generation === this.#generation) {
      try {
        const last = await lastStored()
        if (generation === this.#generation) this.#resume(last)
        return
      } catch (error) {
        if (error instanceof DaffiError) {
          this.#fail(error.code, error.message)
          return
        }
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return
      }
    }
  }

  #resume(last: Stored | undefined): void {
    const first = this.#next - this.#pending.size
    const stored = last?.sequence ?? 0
    if (stored >= first) {
      if (last?.mark.writer !== this.#options.writer) throw superseded()
      this.#settle(stored)
    } else if (stored < first - 1 && this.busy && last) {
      throw new DaffiError('DAFFI_STREAM_LOST', 'the server has lost what it had acknowledged as stored')
    }
    this.#broken = false
    for (const [sequence, pending] of this.#pending) this.#send(sequence, pending)
  }

  #fail(code: DaffiError['code'], message: string): void {
    if (this.#closed) return
    this.#options.onFailure(new DaffiError(code, message))
    this.close()
  }
}

function superseded(): DaffiError {
  return new DaffiError('DAFFI_STREAM_TAKEN', 'another writer has taken over the stream')
}
