import { decodeBytes, decodeValues } from '../../../codec/index.js'
import { toErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import { ItemDelivery, type ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { End } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import { ChunkAssembler, type AssembledChunk } from '../store/chunk-assembler.js'
import type { DeliveredRecord } from '../store/delivered-record.js'
import { nextItemOf } from '../store/record-header.js'
import type { OrderedConsumer } from './ordered-consumer.js'

interface DurableReaderOptions extends ItemDeliveryOptions {
  self: Peer
  consumer: OrderedConsumer
  /** Number of the first item to come. */
  first: number
  progress: ProgressPublisher
}

/** Receiver of a durable stream: records are joined to items, delivered to the callback, counted, and acknowledged. */
export class DurableReader {
  readonly #options: DurableReaderOptions
  readonly #lifecycle: ReceiverLifecycle
  readonly #counter: OutcomeCounter
  readonly #delivery: ItemDelivery
  readonly #assembler = new ChunkAssembler()
  #reportedFailed = 0
  #end: End | undefined
  readonly #running: Promise<void>

  constructor(options: DurableReaderOptions) {
    this.#options = options
    this.#lifecycle = options.lifecycle
    this.#counter = new OutcomeCounter(options.first)
    this.#delivery = new ItemDelivery(this.#counter, { ...options, redeliversAfterLeaving: true })
    this.#running = this.#run()
  }

  onEnd(end: End): void {
    this.#end = end
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
    const { self, first, consumer, progress } = this.#options
    const { failed, dropped, latencyMs } = this.#counter.counts
    this.#reportedFailed = failed
    progress.publish({
      node: self.name,
      incarnation: self.incarnation,
      state: this.#lifecycle.state,
      first,
      position: this.#counter.position,
      floor: consumer.ackFloor,
      failed,
      lost: dropped,
      error: this.#lifecycle.error,
      latencyMs,
    })
  }

  async #run(): Promise<void> {
    const { consumer } = this.#options
    try {
      while (this.#lifecycle.isAttached()) {
        const record = consumer.take()
        if (record) await this.#process(record)
        else if (this.#end && this.#counter.position >= this.#end.count)
          this.#lifecycle.settle('finished', null)
        else await this.#lifecycle.changed.wait()
      }
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    }
    this.report()
  }

  async #process(record: DeliveredRecord): Promise<void> {
    const { header } = record
    const chunk = this.#assembler.add(record)
    if (header?.what === 'part') {
      if (chunk) await this.#deliver(chunk)
      // Parts are acknowledged with the last one, and chunks that were not processed not at all.
      if (!chunk || !this.#lifecycle.isAttached()) return
    }
    if (header) {
      this.#counter.pass(nextItemOf(header, record.data.length))
      if (header.what === 'end') this.#end ??= { count: header.count, error: null, cut: false, closed: false }
    }
    // Reported before the acknowledgement, so that the count stands even if this process ends now.
    if (this.#counter.failed > this.#reportedFailed) this.report()
    this.#options.consumer.ack(record)
  }

  async #deliver(chunk: AssembledChunk): Promise<void> {
    if (chunk.kind) await this.#delivery.deliverItem(decodeBytes(chunk.kind, chunk.bytes), chunk)
    else await this.#delivery.deliverBatch(decodeValues(chunk.bytes), chunk)
  }
}
