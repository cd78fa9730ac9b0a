import { setTimeout as delay } from 'node:timers/promises'
import { addAbortListener } from 'node:events'
import type { JetStreamManager } from '@nats-io/jetstream'
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node'
import { MIB } from '../../../core/bytes.js'
import { Wakeup } from '../../../core/deferred.js'
import { DaffiError } from '../../../core/errors.js'
import { API_ERROR } from '../../../nats/index.js'
import type { WriterState } from '../../common/write/writer-state.js'
import { lastStored, type DurableNames, type StoredRecord } from '../store/item-store.js'
import { recordHeaders, type RecordHeader } from '../store/record-header.js'

/** Bytes that may be on their way to the server without its acknowledgement. */
const WINDOW = 4 * MIB
const WATCH_MS = 10_000
/** JetStream starts a little later than the server does. */
const RETRY_DELAY_MS = 250

interface Pending {
  header: RecordHeader
  payload: Uint8Array
}

interface PublisherOptions {
  nc: NatsConnection
  jsm: JetStreamManager
  names: DurableNames
  /** Id of the session, as in the records' headers. */
  writer: string
  /** Sequence of the stream's last record. */
  last: number
  /** Notified when nothing is on its way any more. */
  idle: Wakeup
  state: WriterState
}

interface PubAck {
  seq?: number
  error?: { err_code: number; description: string }
}

/**
 * Stores records in order, many on their way at a time, each exactly once: each names the sequence that must stand
 * before it, and after a break the stream's last record shows which have to be sent again.
 */
export class Publisher {
  /** Notified when the server has stored something, or the stream is cut off. */
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
  readonly #onAbort: Disposable

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#next = options.last + 1
    const { nc } = options
    this.#acks = nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#onAck(message)
      },
    })
    this.#onAbort = addAbortListener(options.state.signal, () => this.stored.notify())
    this.#watch = setInterval(() => this.#checkProgress(), WATCH_MS)
    void this.#follow()
  }

  /** Whether anything is on its way. */
  get busy(): boolean {
    return this.#pending.size > 0
  }

  /** Sequence of the latest record. */
  get last(): number {
    return this.#next - 1
  }

  /** @returns the record's sequence */
  publish(header: RecordHeader, payload: Uint8Array): number {
    const sequence = this.#next++
    const pending = { header, payload }
    this.#pending.set(sequence, pending)
    this.#bytes += payload.length
    if (!this.#broken) this.#send(sequence, pending)
    return sequence
  }

  /** Resolves when another record may come; undefined when it may at once. */
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
    this.#onAbort[Symbol.dispose]()
    if (!this.#options.nc.isClosed()) this.#acks.unsubscribe()
    this.stored.notify()
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done() && !this.#closed && !this.#options.state.signal.aborted) await this.stored.wait()
  }

  #send(sequence: number, { header, payload }: Pending): void {
    const { nc, names } = this.#options
    nc.publish(names.subject, payload, {
      headers: recordHeaders(header, sequence - 1),
      reply: `${this.#inbox}.${this.#generation}`,
    })
  }

  #onAck(message: Msg): void {
    if (!message.subject.endsWith(`.${this.#generation}`)) return
    if (message.data.length === 0) {
      void this.#recover()
      return
    }
    const { seq, error } = message.json<PubAck>()
    if (seq !== undefined && !error) this.#settle(seq)
    else if (error?.err_code === API_ERROR.wrongLastSequence) void this.#recover()
    else
      this.#fail(
        'DAFFI_SERVER_FAILED',
        `the server refused to store: ${error?.description ?? 'no reason given'}`,
      )
  }

  /** Settles all records up to `last`. */
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

  /**
   * Recovers when nothing was acknowledged for a while: an acknowledgement can be lost while the connection is kept.
   */
  #checkProgress(): void {
    if (this.busy && !this.#progress) void this.#recover()
    this.#progress = false
  }

  /** Reads which records are stored, and sends the others again. */
  async #recover(reconnected = false): Promise<void> {
    if (this.#broken && !reconnected) return
    this.#broken = true
    this.#generation++
    const { nc, jsm, names, state } = this.#options
    const { signal } = state
    const generation = this.#generation
    while (!this.#closed && !nc.isClosed() && generation === this.#generation) {
      try {
        const last = await lastStored(jsm, names)
        if (generation === this.#generation) this.#resume(last)
        return
      } catch (error) {
        if (error instanceof DaffiError) {
          this.#fail(error.code, error.message)
          return
        }
        await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined)
        if (signal.aborted) return
      }
    }
  }

  #resume(last: StoredRecord | undefined): void {
    const first = this.#next - this.#pending.size
    const stored = last?.sequence ?? 0
    if (stored >= first) {
      if (last?.header.writer !== this.#options.writer) throw superseded()
      this.#settle(stored)
    } else if (stored < first - 1 && this.busy && last) {
      throw new DaffiError('DAFFI_STREAM_LOST', 'the server has lost what it had acknowledged as stored')
    }
    this.#broken = false
    for (const [sequence, pending] of this.#pending) this.#send(sequence, pending)
  }

  #fail(code: DaffiError['code'], message: string): void {
    if (this.#closed) return
    this.#options.state.fail(new DaffiError(code, message))
    this.close()
  }
}

function superseded(): DaffiError {
  return new DaffiError('DAFFI_STREAM_TAKEN', 'another writer has taken over the stream')
}
