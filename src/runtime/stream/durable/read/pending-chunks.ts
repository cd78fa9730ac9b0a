import type { JetStreamManager } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import { toErrorRecord } from '../../../core/errors.js'
import { isCount } from '../../../core/message/forms.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import { sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import { deliveredRecord, type DeliveredRecord } from '../store/delivered-record.js'
import type { PartHeader } from '../store/record-header.js'
import { ACK_WAIT_MS, consumerLost } from '../store/shared-consumer.js'
import type { StoreTrouble } from '../store/store-trouble.js'
import { loadStored } from './load-stored.js'
import { HandLimit } from './hand-limit.js'
import { PULL_MS, PullLoop, type PullHandler, type PullRequest } from './pull-loop.js'

/**
 * Time for which the server keeps a request for more than the least, and for which its word of a backlog counts. Short: when
 * the backlog is over, a receiver that stands still must not be given what others could process.
 */
const BACKLOG_MS = 1000
const WORKING_MS = ACK_WAIT_MS / 3
/** Interval of the check for a pull request that the server never answered. */
const WATCH_MS = 5000
/** Sequences of processed chunks that are remembered. A server that is killed forgets the acknowledgements of its last moments. */
const MAX_REMEMBERED = 4096
const SIZE_HEADER = 'Nats-Msg-Size'

/** Chunk of a shared stream that was delivered to this receiver and is not acknowledged. */
export interface PendingChunk {
  /** Sequence of its last part. */
  sequence: number
  header: PartHeader
  /** Another receiver, or an earlier incarnation, had it before. */
  redelivered: boolean
  /** Subject on which it is acknowledged: that of its latest delivery. */
  reply: string
  /** Undefined when the stream's retention has discarded it. */
  bytes: Promise<Buffer | undefined>
}

/** Listener of a receiver's pending chunks: for the first one, and for the moment when the server knows that there are none. */
export interface PendingListener {
  onPendingChange(): void
}

interface PendingChunksOptions {
  link: NatsLink
  jsm: JetStreamManager
  durable: DurableOpen
  lifecycle: ReceiverLifecycle
  trouble: StoreTrouble
  /** Gives the number of items of a group; undefined while the callback gets one item at a time. */
  groupSize: () => number | undefined
  listener: PendingListener
}

/**
 * Pending chunks of a receiver of a shared epoch; it pulls more whenever it has fewer than its limit. More than the least are
 * pulled from a backlog only.
 */
export class PendingChunks implements PullHandler {
  readonly #options: PendingChunksOptions
  readonly #loop: PullLoop
  readonly #limit: HandLimit
  /** By sequence. */
  readonly #pending = new Map<number, PendingChunk>()
  readonly #waiting: PendingChunk[] = []
  /** Subjects of records that came while the loop was ending. */
  readonly #late: string[] = []
  readonly #processed = new Set<number>()
  readonly #working: NodeJS.Timeout
  /** Records that nobody has been given, by the server's latest word, and the time of that. */
  #backlog = { count: 0, at: 0 }
  #closing = false

  constructor(options: PendingChunksOptions) {
    this.#options = options
    const { link, jsm, durable, lifecycle, trouble, groupSize } = options
    this.#limit = new HandLimit(groupSize, () => this.#handBackSurplus())
    this.#loop = new PullLoop({
      link,
      jsm,
      stream: durable.stream,
      consumer: sharedConsumerName(durable.run),
      watchMs: WATCH_MS,
      trouble,
      signal: lifecycle.signal,
      handler: this,
    })
    this.#working = setInterval(() => this.#reportWork(), WORKING_MS)
    void this.#loop.start()
  }

  /** Subjects on which the pending chunks are acknowledged. */
  get replies(): string[] {
    return Array.from(this.#pending.values(), ({ reply }) => reply)
  }

  take(): PendingChunk | undefined {
    return this.#waiting.shift()
  }

  /** Notes that the callback gets a chunk. */
  begin(): void {
    this.#limit.begin()
  }

  /** Notes that the callback has returned. */
  end(): void {
    this.#limit.end()
    if (this.#limit.isTooMuch(this.#waiting.length)) this.#handBackSurplus()
  }

  /** Acknowledges chunks that are processed, or will never be. */
  done(chunks: readonly PendingChunk[]): void {
    for (const { sequence, reply } of chunks) {
      this.#pending.delete(sequence)
      this.#remember(sequence)
      this.#ack(reply)
    }
    this.#onAcknowledged()
    this.#loop.pull()
  }

  /** Hands back the pending chunks, so that other receivers get them at once. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    clearInterval(this.#working)
    this.#limit.close()
    const { nc } = this.#options.link
    // The loop ends first: a chunk that came later would not be redelivered until its acknowledgement is overdue.
    await this.#loop.close()
    if (nc.isClosed()) return
    // In the order in which they came: mostly they are given again in that order. Where a request of the loop is still open, the
    // server finds that nobody listens only when it has taken the first one, and puts that at the end.
    for (const reply of [...this.replies, ...this.#late]) nc.publish(reply, '-NAK')
    this.#pending.clear()
    await nc.flush().catch(() => undefined)
  }

  demand(requested: number): PullRequest | undefined {
    const { count, at } = this.#backlog
    const { least, value } = this.#limit
    const backlog = performance.now() - at < BACKLOG_MS ? count : 0
    const wanted = Math.min(value, least + backlog)
    const batch = wanted - requested - this.#pending.size
    if (batch < wanted / 2) return undefined
    return { batch, expiresMs: wanted > least ? BACKLOG_MS : PULL_MS }
  }

  onMessage(message: Msg): void {
    const record = deliveredRecord(message)
    const length = Number(message.headers?.get(SIZE_HEADER))
    if (!record) return
    this.#backlog = { count: record.pending, at: performance.now() }
    if (this.#closing) this.#late.push(record.reply)
    else this.#accept(record, isCount(length) ? length : 0)
  }

  onRestart(): void {
    // Pending chunks stay pending: they can still be acknowledged.
  }

  onConsumerGone(error?: unknown): void {
    const { lifecycle, durable } = this.#options
    lifecycle.settle('stopped', toErrorRecord(error ?? consumerLost(durable.stream)))
  }

  /** Reports to the server that the pending chunks are still being worked on. */
  #reportWork(): void {
    const { nc } = this.#options.link
    if (nc.isClosed()) return
    for (const { reply } of this.#pending.values()) nc.publish(reply, '+WPI')
  }

  /**
   * Only the last part of a chunk is processed, and once; other parts and control records are acknowledged at once. The
   * server may give a chunk again that is in hand, or whose acknowledgement it has lost.
   */
  #accept({ header, sequence, reply, redelivered }: DeliveredRecord, length: number): void {
    const isLast = header?.what === 'part' && header.offset + length >= header.bytes
    if (!isLast || this.#processed.has(sequence)) {
      this.#ack(reply)
      this.#onAcknowledged()
      return
    }
    const known = this.#pending.get(sequence)
    if (known) {
      known.reply = reply
      return
    }
    this.#limit.onBytes(header.bytes)
    if (this.#limit.isStuck && this.#pending.size >= this.#limit.value) {
      // It was requested while the callback was quick.
      this.#handBack(reply)
      return
    }
    const { durable, listener, lifecycle } = this.#options
    const { signal } = lifecycle
    const bytes = loadStored(sequence, header, { ...this.#options, stream: durable.stream, signal })
    // Awaited when the chunk is taken; until then a failure is not an unhandled one.
    bytes.catch(() => undefined)
    const chunk = { sequence, header, redelivered, reply, bytes }
    this.#pending.set(sequence, chunk)
    this.#waiting.push(chunk)
    // One that waits for its turn is told of with the chunk before it: in a backlog each item would need two reports more.
    if (this.#pending.size === 1) listener.onPendingChange()
    lifecycle.changed.notify()
  }

  #remember(sequence: number): void {
    this.#processed.add(sequence)
    if (this.#processed.size <= MAX_REMEMBERED) return
    const [oldest] = this.#processed
    if (oldest !== undefined) this.#processed.delete(oldest)
  }

  #handBack(reply: string): void {
    const { nc } = this.#options.link
    if (!nc.isClosed()) nc.publish(reply, '-NAK')
  }

  /** Hands back what waits beyond the limit, so that other receivers get it. */
  #handBackSurplus(): void {
    // One of those in hand is in the callback, or was until now.
    const surplus = this.#waiting.splice(this.#limit.value - 1)
    if (surplus.length === 0) return
    for (const { sequence, reply } of surplus) {
      this.#pending.delete(sequence)
      this.#handBack(reply)
    }
    this.#options.listener.onPendingChange()
  }

  #ack(reply: string): void {
    const { nc } = this.#options.link
    if (!nc.isClosed()) nc.publish(reply, '+ACK')
  }

  /** Reports an empty hand, once the server knows of it. */
  #onAcknowledged(): void {
    const { link, listener } = this.#options
    if (this.#pending.size > 0 || link.nc.isClosed()) return
    const flushed = link.nc.flush().catch(() => undefined)
    void flushed.then(() => listener.onPendingChange())
  }
}
