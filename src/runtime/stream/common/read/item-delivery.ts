import { thrownRecord } from '../../../core/message/error-text.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import type { Open } from '../../protocol/messages.js'
import type { Deliver } from '../../protocol/ports.js'
import { TimeSlice } from '../time-slice.js'
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
export interface ChunkPosition {
  /** Number of its first item among the receiver's items. */
  first: number
  /** Number of its first item in the stream. */
  item: number
  /** Time of capture or yield, in milliseconds since 1970. */
  time: number
  redelivered?: boolean
}

export interface ItemDeliveryOptions {
  open: Pick<Open, 'call' | 'onError' | 'retry'>
  deliver: Deliver
  lifecycle: ReceiverLifecycle
  failures: FailureLog
  deadLetters?: DeadLetterSink
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
  async deliverBatch(values: unknown[], chunk: ChunkPosition): Promise<void> {
    const { lifecycle } = this.#options
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
  deliverItem(item: unknown, chunk: ChunkPosition): Promise<void> | undefined {
    return this.#deliver(item, 0, chunk, true)
  }

  /** For a synchronous callback no promise is created, which would slow it down. */
  #deliver(
    item: unknown,
    index: number,
    chunk: ChunkPosition,
    recordLatency: boolean,
  ): Promise<void> | undefined {
    const { counter } = this
    counter.begin(chunk.first + index, recordLatency ? chunk.time : undefined)
    try {
      const result = this.#options.deliver(item, chunk.redelivered)
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

  #onFailure(
    thrown: unknown,
    item: unknown,
    index: number,
    { item: firstNumber, redelivered }: ChunkPosition,
  ): Promise<void> | undefined {
    const { open, lifecycle, failures } = this.#options
    const number = firstNumber + index
    const error = asError(thrown)
    if (open.onError === 'retry') return this.#retry(error, item, number, redelivered)
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
  async #retry(failure: unknown, item: unknown, number: number, redelivered?: boolean): Promise<void> {
    const { open, deliver, lifecycle, failures, deadLetters } = this.#options
    const { signal } = lifecycle
    let error: unknown
    try {
      error = await retryInvocation(() => deliver(item, redelivered), failure, open.retry, signal)
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
    const { lifecycle, redeliversAfterLeaving = false } = this.#options
    if (lifecycle.isAttached() || !redeliversAfterLeaving) this.counter.end(outcome)
  }
}
