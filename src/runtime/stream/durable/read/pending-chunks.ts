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
import { PullLoop, type PullHandler } from './pull-loop.js'

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
  /** Gives the largest number of chunks that may be pending. */
  limit: () => number
  listener: PendingListener
}

/** Pending chunks of a receiver of a shared epoch; it pulls another whenever it has fewer than its limit. */
export class PendingChunks implements PullHandler {
  readonly #options: PendingChunksOptions
  readonly #loop: PullLoop
  readonly #pending = new Set<PendingChunk>()
  readonly #waiting: PendingChunk[] = []
  readonly #processed = new Set<number>()
  readonly #working: NodeJS.Timeout
  #closing = false

  constructor(options: PendingChunksOptions) {
    this.#options = options
    const { link, jsm, durable, lifecycle, trouble } = options
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
    return [...this.#pending].map(({ reply }) => reply)
  }

  take(): PendingChunk | undefined {
    return this.#waiting.shift()
  }

  /** Acknowledges a chunk that is processed, or will never be. */
  done(chunk: PendingChunk): void {
    this.#pending.delete(chunk)
    this.#remember(chunk.sequence)
    this.#ack(chunk.reply)
    this.#loop.pull()
  }

  /** Hands back the pending chunks, so that other receivers get them at once. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    clearInterval(this.#working)
    const { nc } = this.#options.link
    // The loop ends first: a chunk that came later would not be redelivered until its acknowledgement is overdue.
    await this.#loop.close()
    if (nc.isClosed()) return
    for (const { reply } of this.#pending) nc.publish(reply, '-NAK')
    this.#pending.clear()
    await nc.flush().catch(() => undefined)
  }

  demand(requested: number): number {
    return this.#options.limit() - requested - this.#pending.size
  }

  onMessage(message: Msg): void {
    const record = deliveredRecord(message)
    const length = Number(message.headers?.get(SIZE_HEADER))
    if (record && this.#closing) this.#options.link.nc.publish(record.reply, '-NAK')
    else if (record) this.#accept(record, isCount(length) ? length : 0)
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
    for (const { reply } of this.#pending) nc.publish(reply, '+WPI')
  }

  /**
   * Only the last part of a chunk is processed, and once; other parts and control records are acknowledged at once. The
   * server may give a chunk again that is in hand, or whose acknowledgement it has lost.
   */
  #accept({ header, sequence, reply, redelivered }: DeliveredRecord, length: number): void {
    const isLast = header?.what === 'part' && header.offset + length >= header.bytes
    if (!isLast || this.#processed.has(sequence)) {
      this.#ack(reply)
      return
    }
    const known = [...this.#pending].find((chunk) => chunk.sequence === sequence)
    if (known) {
      known.reply = reply
      return
    }
    const { durable, listener, lifecycle } = this.#options
    const { signal } = lifecycle
    const bytes = loadStored(sequence, header, { ...this.#options, stream: durable.stream, signal })
    // Awaited when the chunk is taken; until then a failure is not an unhandled one.
    bytes.catch(() => undefined)
    const chunk = { sequence, header, redelivered, reply, bytes }
    this.#pending.add(chunk)
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

  #ack(reply: string): void {
    const { link, listener } = this.#options
    if (link.nc.isClosed()) return
    link.nc.publish(reply, '+ACK')
    if (this.#pending.size > 0) return
    const flushed = link.nc.flush().catch(() => undefined)
    void flushed.then(() => listener.onPendingChange())
  }
}
