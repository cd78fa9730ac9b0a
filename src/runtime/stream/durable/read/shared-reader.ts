import { decodeBytes } from '../../../codec/index.js'
import { toErrorRecord } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import { batchValues } from '../../common/read/batch-values.js'
import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import { ItemDelivery, type ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'
import type { End } from '../../protocol/messages.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import type { Peer } from '../../protocol/ports.js'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { StoreTrouble } from '../store/store-trouble.js'
import { PendingChunks, type PendingChunk, type PendingListener } from './pending-chunks.js'

/** Limit of pending chunks: those of one invocation, and those that are ready when it returns. */
const MAX_PENDING = 2

interface SharedReaderOptions extends ItemDeliveryOptions {
  self: Peer
  link: NatsLink
  jsm: JetStreamManager
  durable: DurableOpen
  progress: ProgressPublisher
  trouble: StoreTrouble
  settle?: () => Promise<void>
}

/**
 * Receiver that shares a durable stream: the chunks it pulls are delivered to the callback, counted, and acknowledged.
 */
export class SharedReader implements PendingListener {
  readonly #id = randomId()
  readonly #options: SharedReaderOptions
  readonly #lifecycle: ReceiverLifecycle
  readonly #chunks: PendingChunks
  /** Counts this receiver's own items. */
  readonly #counter = new OutcomeCounter(0)
  readonly #delivery: ItemDelivery
  /** Chunks whose items have been delivered, or wait for their group; each with the number after its last item. */
  #held: { chunk: PendingChunk; end: number }[] = []
  /** Number of the next item. */
  #next = 0
  readonly #running: Promise<void>

  constructor(options: SharedReaderOptions) {
    this.#options = options
    this.#lifecycle = options.lifecycle
    this.#delivery = new ItemDelivery(this.#counter, options)
    const limit = (): number => MAX_PENDING * (options.grouping?.()?.items ?? 1)
    this.#chunks = new PendingChunks({ ...options, limit, listener: this })
    this.#running = this.#run()
  }

  onEnd({ cut, drained, error }: End): void {
    if (cut) this.#lifecycle.settle('stopped', error)
    else if (drained) this.#lifecycle.settle('finished', null)
    this.report()
  }

  onPendingChange(): void {
    this.report()
  }

  /** Stops after the present item; other receivers get the pending chunks. */
  async stop(state: ReceiverState): Promise<void> {
    this.#lifecycle.settle(state, null)
    await this.#running
  }

  report(): void {
    const { self, progress } = this.#options
    const { failed, dropped, latencyMs } = this.#counter.counts
    progress.publish({
      node: self.name,
      incarnation: self.incarnation,
      reader: this.#id,
      state: this.#lifecycle.state,
      first: 0,
      position: this.#counter.position,
      floor: 0,
      failed,
      lost: dropped,
      holds: this.#chunks.replies,
      error: this.#lifecycle.error,
      latencyMs,
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#lifecycle.isAttached()) {
        if (this.#delivery.isDue) {
          await this.#delivery.flush()
          await this.#release()
        }
        const chunk = this.#chunks.take()
        if (!chunk) await this.#lifecycle.changed.wait()
        else {
          this.#held.push({ chunk, end: await this.#process(chunk) })
          await this.#release()
        }
      }
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    }
    this.#delivery.drop()
    await this.#chunks.close()
    this.report()
  }

  /** Acknowledges the chunks of which no item waits for its group; those that are not done when the receiver settles, never. */
  async #release(): Promise<void> {
    const { waiting } = this.#delivery
    const isAttached = this.#lifecycle.isAttached()
    const isDone = (end: number): boolean => (isAttached ? end <= waiting : end <= this.#counter.position)
    const done = this.#held.filter(({ end }) => isDone(end))
    if (done.length === 0) return
    this.#held = this.#held.filter(({ end }) => !isDone(end))
    for (const { end } of done) this.#counter.pass(end)
    await this.#options.settle?.()
    // Reported before the acknowledgement, so that the count stands even if this process ends now.
    this.report()
    for (const { chunk } of done) this.#chunks.done(chunk)
  }

  /** Delivers the items of a chunk. Resolves with the number after its last item. */
  async #process({ header, redelivered, bytes: loading }: PendingChunk): Promise<number> {
    const first = this.#next
    this.#next += header.count
    const bytes = await loading
    const { first: item, time, origin } = header
    const chunk = { first, item, time, origin, redelivered }
    const values = header.kind ? undefined : bytes && batchValues(bytes, header)
    if (bytes && header.kind) await this.#delivery.deliverItem(decodeBytes(header.kind, bytes), chunk)
    else if (values) await this.#delivery.deliverBatch(values, chunk)
    return this.#next
  }
}
