import { thrownRecord } from '../../../core/message/error-text.js'
import type { Origin } from '../../../core/stream/origin.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import type { Open } from '../../protocol/messages.js'
import type { Deliver, DeliveredChunk } from '../../protocol/ports.js'
import { TimeSlice } from '../time-slice.js'
import type { BatchValues } from './batch-values.js'
import type { FailureLog } from './failure-log.js'
import type { OutcomeCounter } from './outcome-counter.js'
import type { ReceiverLifecycle } from './receiver-lifecycle.js'
import { retryInvocation } from './retry.js'

/** Longest time that synchronous callbacks may hold the event loop, in milliseconds. */
const SLICE_MS = 10

/** Keeps items that failed at their last attempt. */
export interface DeadLetterSink {
  /** @param number of the item in the stream */
  add(item: unknown, number: number, error: unknown): Promise<void>
}

/** A chunk whose items are delivered. */
export interface ChunkPosition extends Omit<DeliveredChunk, 'origin'> {
  /** Number of its first item among the receiver's items. */
  first: number
  origin?: Origin | true | undefined
}

/** A chunk as the callback learns of it, with its place among the receiver's items. */
type ChunkInHand = DeliveredChunk & Pick<ChunkPosition, 'first'>

export interface ItemDeliveryOptions {
  open: Pick<Open, 'call' | 'onError' | 'retry'>
  deliver: Deliver
  lifecycle: ReceiverLifecycle
  failures: FailureLog
  deadLetters?: DeadLetterSink
  /** Called for each item that has failed for good. */
  onFailed?: () => void
  /**
   * True when an item that fails, or succeeds only at a retry, after the receiver has left is delivered again, so that it
   * must not be counted now.
   */
  redeliversAfterLeaving?: boolean
}

/** Invokes the callback with one item after another, counts the items, and applies `on_error` to a failed one. */
export class ItemDelivery {
  readonly counter: OutcomeCounter
  readonly #options: ItemDeliveryOptions

  constructor(counter: OutcomeCounter, options: ItemDeliveryOptions) {
    this.counter = counter
    this.#options = options
  }

  /** Delivers the values of a batch, in order, until the receiver settles. */
  async deliverBatch({ values, origins }: BatchValues, position: ChunkPosition): Promise<void> {
    const { lifecycle } = this.#options
    const chunk = { ...position, origin: origins }
    const slice = new TimeSlice(SLICE_MS)
    for (let index = 0; index < values.length; index++) {
      if (!lifecycle.isAttached()) return
      const measure = slice.due
      const running = this.#deliver(values[index], index, chunk, measure)
      if (running) await running
      if (measure && slice.isOver()) await slice.yield()
    }
  }

  /** Delivers the chunk's only item. @returns a promise when the callback returned one */
  deliverItem(item: unknown, position: ChunkPosition): Promise<void> | undefined {
    const { origin } = position
    return this.#deliver(item, 0, { ...position, origin: origin === true ? undefined : origin }, true)
  }

  /** For a synchronous callback no promise is created, which would slow it down. */
  #deliver(
    item: unknown,
    index: number,
    chunk: ChunkInHand,
    recordLatency: boolean,
  ): Promise<void> | undefined {
    const { counter } = this
    counter.begin(chunk.first + index, recordLatency ? chunk.time : undefined)
    try {
      const result = this.#options.deliver(item, chunk, index)
      if (result instanceof Promise)
        return result.then(
          () => counter.end('processed'),
          (error: unknown) => this.#onFailure(error, item, index, chunk),
        )
      counter.end('processed')
      return undefined
    } catch (error) {
      return this.#onFailure(error, item, index, chunk)
    }
  }

  #onFailure(thrown: unknown, item: unknown, index: number, chunk: ChunkInHand): Promise<void> | undefined {
    const { open, lifecycle, failures } = this.#options
    const number = chunk.item + index
    const error = asError(thrown)
    if (open.onError === 'retry') return this.#retry(error, item, index, chunk)
    this.#count('failed')
    if (open.onError === 'skip') {
      failures.onSkip(number, error)
      return undefined
    }
    failures.onStop(number, error)
    const record = thrownRecord(error)
    const message = `"${open.call}" threw at item ${number}: ${record.message}`
    lifecycle.settle('stopped', { ...record, message })
    return undefined
  }

  /** An item that is not done when the receiver settles is not counted: a durable stream delivers it again. */
  async #retry(failure: unknown, item: unknown, index: number, chunk: ChunkInHand): Promise<void> {
    const { open, deliver, lifecycle, failures, deadLetters } = this.#options
    const { signal } = lifecycle
    const number = chunk.item + index
    let error: unknown
    try {
      error = await retryInvocation(() => deliver(item, chunk, index), failure, open.retry, signal)
    } catch (reason) {
      if (signal.aborted) return
      throw reason
    }
    if (error !== undefined) {
      if (signal.aborted) return
      failures.onSkip(number, error)
      await deadLetters?.add(item, number, error)
    }
    this.#count(error === undefined ? 'processed' : 'failed')
  }

  #count(outcome: 'processed' | 'failed'): void {
    const { lifecycle, redeliversAfterLeaving = false, onFailed } = this.#options
    if (!lifecycle.isAttached() && redeliversAfterLeaving) return
    this.counter.end(outcome)
    if (outcome === 'failed') onFailed?.()
  }
}
