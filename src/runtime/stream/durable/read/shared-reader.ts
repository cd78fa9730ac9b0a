import { setImmediate as nextTurn } from 'node:timers/promises'
import { decodeBytes } from '../../../codec/index.js'
import { toErrorRecord } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { ReceiverState } from '../../../core/plan/summary.js'
import { batchValues } from '../../common/read/batch-values.js'
import { OutcomeCounter } from '../../common/read/outcome-counter.js'
import { ItemDelivery, type ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { ProgressPublisher } from '../../common/read/progress-publisher.js'
import { TimeSlice } from '../../common/time-slice.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { DurableOpen } from '../../protocol/durable-messages.js'
import type { End, Open } from '../../protocol/messages.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import type { IncomingMarks, Peer } from '../../protocol/ports.js'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { StoreTrouble } from '../store/store-trouble.js'
import { FloorMarks } from './floor-marks.js'
import { PendingChunks, type PendingChunk, type PendingListener } from './pending-chunks.js'

/** Longest time that synchronous callbacks may hold the event loop, in milliseconds. */
const SLICE_MS = 10

interface SharedReaderOptions extends ItemDeliveryOptions {
  open: Open
  self: Peer
  link: NatsLink
  jsm: JetStreamManager
  durable: DurableOpen
  progress: ProgressPublisher
  trouble: StoreTrouble
  settle?: () => Promise<void> | undefined
  marks?: IncomingMarks | undefined
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
  readonly #held: { chunk: PendingChunk; end: number }[] = []
  /** Number of the next item. */
  #next = 0
  /** Chunks that are processed, and not acknowledged. */
  readonly #processed: PendingChunk[] = []
  #settling: Promise<void> | undefined
  readonly #marks: FloorMarks | undefined
  readonly #running: Promise<void>

  constructor(options: SharedReaderOptions) {
    this.#options = options
    this.#lifecycle = options.lifecycle
    this.#delivery = new ItemDelivery(this.#counter, options)
    const groupSize = (): number | undefined => options.grouping?.()?.items
    this.#chunks = new PendingChunks({ ...options, groupSize, listener: this })
    const { marks, open } = options
    this.#marks = marks && new FloorMarks({ ...options, marks, source: open.source ?? null })
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
      const slice = new TimeSlice(SLICE_MS)
      while (this.#lifecycle.isAttached()) {
        if (this.#delivery.isDue) {
          await this.#delivery.flush()
          this.#release()
        }
        const chunk = this.#chunks.take()
        if (!chunk) await this.#lifecycle.change()
        else {
          this.#held.push({ chunk, end: await this.#process(chunk) })
          this.#release()
        }
        if (slice.due && slice.isOver()) await slice.yield()
      }
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    }
    await this.#delivery.close()
    await this.#settling
    this.#marks?.close()
    await this.#chunks.close()
    this.report()
  }

  /**
   * Takes the chunks of which no item waits for its group, to be acknowledged; when the receiver has settled, those that were
   * done. Called between two invocations: of a group that the callback has, none waits.
   */
  #release(): void {
    const before = this.#lifecycle.isAttached() ? this.#delivery.waiting : this.#counter.position
    for (let held = this.#held[0]; held && held.end <= before; held = this.#held[0]) {
      this.#held.shift()
      this.#counter.pass(held.end)
      this.#processed.push(held.chunk)
    }
    if (this.#processed.length > 0) this.#settling ??= this.#settle()
  }

  /** Reports and acknowledges what is processed in one turn of the event loop, together: a quick callback costs less. */
  async #settle(): Promise<void> {
    try {
      while (this.#processed.length > 0) {
        await nextTurn()
        const chunks = this.#processed.splice(0)
        await this.#options.settle?.()
        // Reported before the acknowledgements, so that the count stands even if this process ends now.
        this.report()
        this.#chunks.done(chunks)
      }
    } catch (error) {
      this.#lifecycle.settle('stopped', toErrorRecord(error))
    }
    this.#settling = undefined
  }

  /** Delivers the items of a chunk. Resolves with the number after its last item. */
  async #process({ header, redelivered, bytes: loading }: PendingChunk): Promise<number> {
    const first = this.#next
    this.#next += header.count
    const bytes = await loading
    if (!bytes) return this.#next
    const { first: item, time, origin } = header
    const chunk = { first, item, time, origin, redelivered }
    const values = header.kind ? undefined : batchValues(bytes, header)
    this.#chunks.begin()
    if (header.kind) await this.#delivery.deliverItem(decodeBytes(header.kind, bytes), chunk, bytes.length)
    else if (values) await this.#delivery.deliverBatch(values, chunk)
    this.#chunks.end()
    return this.#next
  }
}
