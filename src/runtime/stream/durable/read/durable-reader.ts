import { decodeBytes } from '../../../codec/index.js'
import { toErrorRecord } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import { batchValues } from '../../common/read/batch-values.js'
import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import { ItemDelivery, type ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { OrderedDelivery } from '../../common/read/ordered-delivery.js'
import type { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'
import type { End, Mark } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import { ChunkAssembler, type AssembledChunk } from '../store/chunk-assembler.js'
import type { DeliveredRecord } from '../store/delivered-record.js'
import { firstItemOf, nextItemOf } from '../store/record-header.js'
import type { OrderedConsumer } from './ordered-consumer.js'

/** Records that a writer has on its way at most. */
const MAX_EARLY = 20_000

interface DurableReaderOptions extends ItemDeliveryOptions {
  self: Peer
  consumer: OrderedConsumer
  /** Number of the first item to come. */
  first: number
  /** Sequence of the first record that the stream keeps. */
  kept: number
  progress: ProgressPublisher
  durable: DurableOpen
  settle?: () => Promise<void> | undefined
}

interface HeldRecord {
  record: DeliveredRecord
  /** Number after its last item; undefined for one without. */
  end: number | undefined
}

/** Receiver of a durable stream: records are joined to items, delivered to the callback, counted, and acknowledged. */
export class DurableReader {
  readonly #id = randomId()
  readonly #options: DurableReaderOptions
  readonly #lifecycle: ReceiverLifecycle
  readonly #counter: OutcomeCounter
  readonly #delivery: ItemDelivery
  readonly #assembler = new ChunkAssembler()
  #reportedFailed = 0
  /** Sequence of the latest record, and number of those that may still be too early after one that was not daffi's. */
  #sequence = 0
  #mayBeEarly = 0
  #end: End | undefined
  /** Records whose items have been delivered, or wait for their group: acknowledged in order, once they are done. */
  readonly #held: HeldRecord[] = []
  readonly #running: Promise<void>

  constructor(options: DurableReaderOptions) {
    this.#options = options
    this.#lifecycle = options.lifecycle
    this.#counter = new OutcomeCounter(options.first)
    this.#delivery = new ItemDelivery(this.#counter, { ...options, redeliversAfterLeaving: true })
    this.#running = this.#run()
  }

  /** Notes how far the writer's stage is. */
  onMark(mark: Mark): void {
    this.#delivery.ordered?.onMark(mark, this.#delivery.position)
  }

  onEnd(end: End): void {
    this.#end = end
    // It is repeated, and so is this: records that were deleted after the last one that came would be waited for in vain.
    if (this.#lifecycle.isAttached() && this.#delivery.position < end.count) void this.#passDeleted(end.count)
    if (end.cut) this.#lifecycle.settle('stopped', end.error)
    this.#lifecycle.changed.notify()
    if (!this.#lifecycle.isAttached()) this.report()
  }

  /** Stops after the present item. The consumer keeps the position. */
  async stop(state: ReceiverState): Promise<void> {
    this.#lifecycle.settle(state, null)
    await this.#running
    this.report()
    await this.#options.consumer.close()
  }

  report(): void {
    const { self, first, kept, consumer, progress } = this.#options
    const { failed, dropped, unmatched, latencyMs } = this.#counter.counts
    this.#reportedFailed = failed
    // Looked at again and again, since records may be deleted after later ones have come.
    if (consumer.hasGap) void consumer.hasRest()
    progress.publish({
      node: self.name,
      incarnation: self.incarnation,
      reader: this.#id,
      state: this.#lifecycle.state,
      first,
      position: this.#counter.position,
      floor: consumer.ackFloor,
      kept,
      failed,
      ...(this.#options.joining ? { unmatched } : {}),
      lost: dropped,
      error: this.#lifecycle.error,
      latencyMs,
    })
  }

  async #run(): Promise<void> {
    const { consumer } = this.#options
    try {
      while (this.#lifecycle.isAttached()) {
        while (this.#delivery.isDue) await this.#flush()
        if (this.#delivery.ordered) await this.#attendOrder(this.#delivery.ordered)
        const record = consumer.take()
        if (record) await this.#process(record)
        else if (!this.#end || this.#delivery.position < this.#end.count) await this.#lifecycle.change()
        else if (this.#delivery.hasWaiting) await this.#flush()
        else if (this.#delivery.isEarly) await this.#lifecycle.change()
        else this.#lifecycle.settle('finished', null)
      }
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    }
    await this.#delivery.leave()
    // In a join the present item is not the loop's. Its partner may be acknowledged already.
    if (this.#options.joining && this.#lifecycle.state === 'left')
      await this.#acknowledge().catch(() => undefined)
    this.#delivery.drop()
    this.report()
  }

  /** Acknowledges what had its turn, and tells the order of the source how far this stream is. */
  async #attendOrder(ordered: OrderedDelivery): Promise<void> {
    // Again, where more was done meanwhile: the loop waits, or ends, after this.
    while (
      this.#lifecycle.isAttached() &&
      this.#held[0] &&
      (this.#held[0].end ?? 0) <= this.#delivery.waiting
    )
      await this.#release()
    ordered.reached(this.#delivery.position)
    if (this.#end && this.#delivery.position >= this.#end.count) ordered.onEnd()
  }

  /** Passes over items whose records were deleted before they came: all of them, when nothing is kept after the last one. */
  async #passDeleted(count: number): Promise<void> {
    const isOver = !(await this.#options.consumer.hasRest()) && this.#lifecycle.isAttached()
    // Else those that wait for their group would be passed over, too; the end is repeated.
    if (isOver && this.#delivery.position === this.#counter.position) {
      this.#counter.pass(count)
      this.#lifecycle.changed.notify()
    }
  }

  async #process(record: DeliveredRecord): Promise<void> {
    const { header } = record
    if (this.#isEarly(record)) {
      // As the server gives no more while too many are not acknowledged. The parts of a chunk must not be with them.
      if (!this.#assembler.isJoining) this.#held.push({ record, end: undefined })
      await this.#release()
      return
    }
    const chunk = this.#assembler.add(record)
    if (header?.what === 'part') {
      if (chunk) await this.#deliver(chunk)
      // Parts are acknowledged with the last one, and chunks that were not processed not at all.
      if (!chunk || !this.#lifecycle.isAttached()) return
    }
    this.#held.push({ record, end: header && nextItemOf(header, record.data.length) })
    await this.#release()
  }

  /** Delivers the group that is gathered. */
  async #flush(): Promise<void> {
    await this.#delivery.flush()
    await this.#release()
  }

  /** Acknowledges the records of which no item waits for its group. */
  async #release(): Promise<void> {
    if (this.#lifecycle.isAttached()) await this.#acknowledge()
  }

  async #acknowledge(): Promise<void> {
    const { waiting } = this.#delivery
    let done: DeliveredRecord | undefined
    while (this.#held[0] && (this.#held[0].end ?? 0) <= waiting) {
      const { record, end = 0 } = this.#held.shift() as HeldRecord
      this.#counter.pass(end)
      done = record
    }
    if (!done) return
    await this.#options.settle?.()
    // Reported before the acknowledgement, so that the count stands even if this process ends now.
    if (this.#counter.failed > this.#reportedFailed) this.report()
    this.#options.consumer.ack(done)
  }

  /**
   * Whether a record is out of order: after a message that is not daffi's, what the writer had on its way is stored, and then
   * stored again from the item on whose place was taken.
   */
  #isEarly({ sequence, header }: DeliveredRecord): boolean {
    const isNext = sequence === this.#sequence + 1
    this.#sequence = sequence
    if (!header) this.#mayBeEarly = MAX_EARLY
    else if (!isNext || header.what === 'begin' || firstItemOf(header) <= this.#delivery.position)
      this.#mayBeEarly = 0
    return header !== undefined && this.#mayBeEarly-- > 0
  }

  async #deliver(assembled: AssembledChunk): Promise<void> {
    const { stream, run } = this.#options.durable
    const chunk = { ...assembled, stream: `${stream} ${run}` }
    if (chunk.kind) {
      await this.#delivery.deliverItem(decodeBytes(chunk.kind, chunk.bytes), chunk, chunk.bytes.length)
      return
    }
    // A batch that is none of daffi's is passed over, and counts as lost.
    const values = batchValues(chunk.bytes, chunk)
    if (values) await this.#delivery.deliverBatch(values, chunk)
  }
}
