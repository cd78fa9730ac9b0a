import { AckPolicy, DeliverPolicy, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream'
import { nanos, type Msg } from '@nats-io/transport-node'
import { MIB } from '../../../core/bytes.js'
import { DaffiError, toErrorRecord } from '../../../core/errors.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import { ackSubject } from '../store/ack-subject.js'
import { deliveredRecord, type DeliveredRecord } from '../store/delivered-record.js'
import { consumerInfo, storedFrom, type DurableNames } from '../store/item-store.js'
import type { StoreTrouble } from '../store/store-trouble.js'
import { Acknowledger } from './acknowledger.js'
import { PULL_MS, PullLoop, type PullHandler, type PullRequest } from './pull-loop.js'

/** Bytes that may be requested or wait here; each record is assumed to be as large as the largest so far. */
const AHEAD_BYTES = 16 * MIB
/** Below the minimum even records of 1 MiB fit; above the maximum, a burst of those would exceed a connection's 64 MB. */
const AHEAD = { min: 16, max: 48 }
/**
 * Records that may be delivered and not acknowledged, by the server's count: any number, since an item is acknowledged as a whole
 * and may have more parts than any limit. What is requested at a time is the limit of what waits here.
 */
const MAX_ACK_PENDING = -1
const WATCH_MS = 15_000
/** Redelivery by the server is needed only for messages that are lost between a break and the new inbox. */
const ACK_WAIT_MS = 30_000

interface OrderedConsumerOptions extends DurableNames {
  link: NatsLink
  jsm: JetStreamManager
  /** Name of the consumer. */
  name: string
  /** Sequence at which a new consumer begins. */
  start: number
  /** Milliseconds after which the server may remove an unused consumer. */
  idleMs: number
  lifecycle: ReceiverLifecycle
  trouble: StoreTrouble
}

/**
 * A node's own durable pull consumer of a durable stream, which gives the records in order, each once. One
 * acknowledgement covers all records before it (policy `all`), so that an item and all its parts are done at the same
 * moment.
 */
export class OrderedConsumer implements PullHandler {
  readonly #options: OrderedConsumerOptions
  readonly #loop: PullLoop
  readonly #acknowledger: Acknowledger
  /** Records that have come and were not taken, by sequence. */
  readonly #received = new Map<number, DeliveredRecord>()
  /** Sequence of the next record to be taken. */
  #expected = 0
  /** Bytes of the largest record so far; 0 before the first. */
  #largest = 0
  #lookingForGap = false

  constructor(options: OrderedConsumerOptions) {
    this.#options = options
    const { link, jsm, stream, name, lifecycle, trouble } = options
    this.#acknowledger = new Acknowledger(link.nc)
    this.#loop = new PullLoop({
      link,
      jsm,
      stream,
      consumer: name,
      watchMs: WATCH_MS,
      trouble,
      signal: lifecycle.signal,
      handler: this,
    })
  }

  /** Creates the consumer if need be, and begins to pull. @returns sequence of the first record to come */
  async open(): Promise<number> {
    const { jsm, stream, name, start, idleMs } = this.#options
    const found = await consumerInfo(jsm, stream, name)
    if (!found) {
      await jsm.consumers.add(stream, {
        durable_name: name,
        ack_policy: AckPolicy.All,
        ack_wait: nanos(ACK_WAIT_MS),
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: start,
        max_ack_pending: MAX_ACK_PENDING,
        inactive_threshold: nanos(idleMs),
      })
    }
    this.#expected = Math.max(start, (found?.ack_floor.stream_seq ?? 0) + 1)
    this.#acknowledger.start(this.#expected - 1)
    await this.#loop.start()
    return this.#expected
  }

  /** Sequence up to which everything is acknowledged. */
  get ackFloor(): number {
    return this.#acknowledger.floor
  }

  /** Whether records have come that are not the next one. */
  get hasGap(): boolean {
    return this.#received.size > 0 && !this.#received.has(this.#expected)
  }

  /** Takes the next record, if it has come. */
  take(): DeliveredRecord | undefined {
    const record = this.#received.get(this.#expected)
    if (!record) return undefined
    this.#received.delete(this.#expected)
    this.#expected++
    this.#loop.pull()
    return record
  }

  /** Acknowledges this record and all before it. */
  ack(record: DeliveredRecord): void {
    this.#acknowledger.ack(record)
  }

  async close(): Promise<void> {
    const { nc } = this.#options.link
    this.#acknowledger.flush()
    await this.#loop.close()
    if (!nc.isClosed()) await nc.flush().catch(() => undefined)
  }

  demand(requested: number): PullRequest | undefined {
    const fit = this.#largest === 0 ? 0 : Math.floor(AHEAD_BYTES / this.#largest)
    const ahead = Math.min(AHEAD.max, Math.max(AHEAD.min, fit))
    // While the next record is missing the others cannot be taken: there must always be room to request it.
    const waiting = this.#received.has(this.#expected) ? this.#received.size : 0
    const batch = ahead - waiting - requested
    return batch < ahead / 2 ? undefined : { batch, expiresMs: PULL_MS }
  }

  onMessage(message: Msg): void {
    const record = deliveredRecord(message)
    if (record) this.#accept(record)
  }

  /**
   * Hands back records that the server delivered to an earlier incarnation of this node, or before a break, so that
   * they are delivered first.
   */
  onRestart({ delivered, ack_floor }: ConsumerInfo): void {
    const { link, stream, name } = this.#options
    const from = Math.max(ack_floor.stream_seq + 1, this.#expected)
    for (let sequence = from; sequence <= delivered.stream_seq; sequence++) {
      if (this.#received.has(sequence)) continue
      const record = { stream, consumer: name, sequence }
      link.nc.publish(ackSubject(record, delivered.consumer_seq), '-NAK')
    }
  }

  onConsumerGone(error?: unknown): void {
    const { lifecycle, stream } = this.#options
    const gone = error ?? new DaffiError('DAFFI_STREAM_LOST', `this node's consumer of ${stream} is gone`)
    lifecycle.settle('stopped', toErrorRecord(gone))
  }

  #accept(record: DeliveredRecord): void {
    const { sequence } = record
    if (sequence <= this.#acknowledger.floor) {
      // Its acknowledgement was lost.
      if (sequence === this.#acknowledger.floor) this.ack(record)
      return
    }
    if (sequence < this.#expected) return
    this.#largest = Math.max(record.data.length, this.#largest)
    this.#received.set(sequence, record)
    if (sequence === this.#expected) this.#options.lifecycle.changed.notify()
    else if (!this.#received.has(this.#expected)) void this.hasRest()
  }

  /**
   * Skips records that were discarded: they do not come, and the next record is a later one.
   * @returns whether the stream keeps a record that was not taken yet; true while that is not known
   */
  async hasRest(): Promise<boolean> {
    if (this.#lookingForGap || this.#received.has(this.#expected)) return true
    this.#lookingForGap = true
    try {
      const expected = this.#expected
      const { jsm, link, lifecycle } = this.#options
      const next = await link.whileConnected(() => storedFrom(jsm, this.#options, expected))
      if (this.#expected !== expected) return true
      if (!next) return false
      if (next.sequence > expected) {
        this.#expected = next.sequence
        lifecycle.changed.notify()
      }
      return true
    } catch {
      return true
    } finally {
      this.#lookingForGap = false
    }
  }
}
