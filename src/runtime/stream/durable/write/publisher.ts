import { setTimeout as delay } from 'node:timers/promises'
import { addAbortListener } from 'node:events'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Msg, Subscription } from '@nats-io/transport-node'
import { MIB } from '../../../core/bytes.js'
import { Wakeup } from '../../../core/deferred.js'
import { DaffiError } from '../../../core/errors.js'
import { API_ERROR, isApiError, isRefusalStatus, listen, newInbox, passOver } from '../../../nats/index.js'
import type { WriterState } from '../../common/write/writer-state.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import { askServer, streamLost } from '../store/ask-server.js'
import { lastStored, storedAt, type DurableNames, type LastRecord } from '../store/item-store.js'
import { pubAckOf, refused } from '../../protocol/publish-answer.js'
import { placeOf, recordHeaders, type RecordHeader } from '../store/record-header.js'
import type { StoreTrouble } from '../store/store-trouble.js'
import { Outstanding } from './outstanding.js'

/** Bytes that may be on their way to the server without its acknowledgement. */
const WINDOW = 4 * MIB
/** Bytes of a record beside its payload, roughly. */
const RECORD_BYTES = 256
const WATCH_MS = 10_000
/** Records that are looked at together after a break. */
const LOOKS = 64
/** Pause after the server has refused to store for want of room. */
const RETRY_DELAY_MS = 500

interface Pending {
  header: RecordHeader
  payload: Uint8Array
}

interface PublisherOptions {
  link: NatsLink
  jsm: JetStreamManager
  names: DurableNames
  trouble: StoreTrouble
  /** Id of the session, as in the records' headers. */
  writer: string
  /** Sequence of the stream's last record. */
  last: number
  /** Notified when nothing is on its way any more. */
  idle: Wakeup
  state: WriterState
  /** Whether receivers need the records in order; else in any order, each once. */
  inOrder: boolean
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
  readonly #inbox: string
  readonly #acks: Subscription
  readonly #outstanding = new Outstanding()
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
    const { nc } = options.link
    this.#inbox = newInbox(nc)
    this.#acks = listen(nc, `${this.#inbox}.*`, (message) => this.#onAck(message))
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
    this.#bytes += payload.length + RECORD_BYTES
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

  /**
   * Asks the server whether the stream is there, and still this writer's; cuts it off when it is not.
   * @returns false also while that is not known
   */
  async verify(): Promise<boolean> {
    if (this.#closed) return false
    const { link, jsm, names } = this.#options
    const stored = this.#next - 1 - this.#pending.size
    try {
      const { state } = await link.whileConnected(() => jsm.streams.info(names.stream))
      if (state.last_seq >= this.#next) {
        // By another writer, or somebody who is none.
        await this.#recover()
        return false
      }
      if (state.last_seq < stored) throw forgotten()
      return true
    } catch (error) {
      if (isApiError(error, 'streamNotFound')) this.#fail(streamLost(names.stream))
      else if (error instanceof DaffiError && error.code !== 'DAFFI_ABORTED') this.#fail(error)
      return false
    }
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#watch)
    this.#onAbort[Symbol.dispose]()
    if (!this.#options.link.nc.isClosed()) this.#acks.unsubscribe()
    this.stored.notify()
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done() && !this.#closed && !this.#options.state.signal.aborted) await this.stored.wait()
  }

  #send(sequence: number, { header, payload }: Pending): void {
    const { link, names } = this.#options
    this.#outstanding.add(this.#generation)
    link.nc.publish(names.subject, payload, {
      headers: recordHeaders(header, sequence - 1),
      reply: `${this.#inbox}.${this.#generation}`,
    })
  }

  #onAck(message: Msg): void {
    const generation = Number(message.subject.slice(this.#inbox.length + 1))
    this.#outstanding.onAnswer(generation)
    if (generation !== this.#generation) return
    if (message.data.length === 0) {
      void this.#recover()
      return
    }
    const { seq, error } = pubAckOf(message.data)
    if (seq !== undefined && !error) this.#settle(seq)
    else if (error?.err_code === API_ERROR.wrongLastSequence) void this.#recover()
    else if (!error || isRefusalStatus(error.code)) this.#fail(refused(error))
    else {
      const { trouble, link } = this.#options
      trouble.onFailure(link, error.description)
      void this.#recover(false, RETRY_DELAY_MS)
    }
  }

  /** Settles all records up to `last`. */
  #settle(last: number): void {
    this.#progress = true
    this.#options.trouble.onAnswer()
    for (const [sequence, { payload }] of this.#pending) {
      if (sequence > last) break
      this.#pending.delete(sequence)
      this.#bytes -= payload.length + RECORD_BYTES
    }
    this.stored.notify()
    if (!this.busy) this.#options.idle.notify()
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#options.link.nc.status()) {
      if (this.#closed) return
      if (type === 'disconnect') {
        this.#broken = true
        this.#outstanding.clear()
      }
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

  /** Reads which records are stored, and sends the others again. @param pauseMs before that */
  async #recover(reconnected = false, pauseMs = 0): Promise<void> {
    if (this.#broken && !reconnected) return
    this.#broken = true
    const generation = ++this.#generation
    const { link, jsm, names, state } = this.#options
    const { signal } = state
    try {
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal })
      // What is still on its way could be stored after the server has said what is.
      await this.#outstanding.answered(signal)
      const asking = { ...this.#options, ...names, signal }
      const last = await askServer(() => lastStored(jsm, names), asking)
      const own = await askServer(() => this.#ownRecords(last?.end ?? 0), asking)
      if (generation === this.#generation) this.#resume(last, own)
    } catch (error) {
      if (signal.aborted || link.nc.isClosed() || generation !== this.#generation) return
      this.#fail(error)
    }
  }

  get #firstPending(): number {
    return this.#next - this.#pending.size
  }

  /**
   * Places of this session's records, by sequence, from the first one on its way to the stream's end. Others may store in
   * between; and what was on its way when they did may have taken the places of what was sent after that.
   */
  async #ownRecords(end: number): Promise<Map<number, string>> {
    const { jsm, names, writer, inOrder } = this.#options
    const own = new Map<number, string>()
    for (let at = this.#firstPending; at <= end; at += LOOKS) {
      const sequences = Array.from({ length: Math.min(LOOKS, end - at + 1) }, (_, index) => at + index)
      const records = await Promise.all(sequences.map((sequence) => storedAt(jsm, names, sequence)))
      for (const record of records) {
        if (record && record.header.writer !== writer) throw superseded()
        if (record) own.set(record.sequence, placeOf(record.header))
      }
      if (inOrder && records.includes(undefined)) break
    }
    return own
  }

  #resume(last: LastRecord | undefined, own: ReadonlyMap<number, string>): void {
    const first = this.#firstPending
    const end = last?.end ?? 0
    if (last && last.sequence >= first && last.header.writer !== this.#options.writer) throw superseded()
    if (end < first - 1 && this.busy && last) throw forgotten()
    let stored = first - 1
    while (this.#isStored(stored + 1, own)) stored++
    if (stored >= first) this.#settle(stored)
    if (end > stored) this.#stepOver(end, own)
    this.#broken = false
    for (const [sequence, pending] of this.#pending) this.#send(sequence, pending)
  }

  #isStored(sequence: number, own: ReadonlyMap<number, string>): boolean {
    const pending = this.#pending.get(sequence)
    return pending !== undefined && own.get(sequence) === placeOf(pending.header)
  }

  /** Goes on after messages that are not daffi's, with all that is to follow them. */
  #stepOver(end: number, own: ReadonlyMap<number, string>): void {
    const { link, names, inOrder } = this.#options
    passOver(link.nc, names.subject, 'it was stored among the records of a durable stream')
    const stored = new Set(own.values())
    const pending = [...this.#pending].filter(([, { header }]) => inOrder || !stored.has(placeOf(header)))
    this.#pending.clear()
    this.#bytes = 0
    this.#next = end + 1
    for (const [, { header, payload }] of pending) {
      this.#pending.set(this.#next++, { header, payload })
      this.#bytes += payload.length + RECORD_BYTES
    }
    this.stored.notify()
  }

  #fail(error: unknown): void {
    if (this.#closed) return
    this.#options.state.fail(error)
    this.close()
  }
}

function forgotten(): DaffiError {
  return new DaffiError('DAFFI_STREAM_LOST', 'the server has lost what it had acknowledged as stored')
}

function superseded(): DaffiError {
  return new DaffiError('DAFFI_STREAM_TAKEN', 'another writer has taken over the stream')
}
