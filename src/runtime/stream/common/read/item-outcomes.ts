import { thrownRecord } from '../../../core/message/error-text.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import type { Open } from '../../protocol/messages.js'
import type { FailureLog } from './failure-log.js'
import type { OutcomeCounter } from './outcome-counter.js'
import type { ReceiverLifecycle } from './receiver-lifecycle.js'
import { retryInvocation } from './retry.js'

/** Keeps items that failed at their last attempt. */
export interface DeadLetterSink {
  /** @param number of the item in the stream */
  add(item: unknown, number: number, error: unknown): Promise<void>
}

export interface OutcomeOptions {
  open: Pick<Open, 'call' | 'source' | 'letter' | 'onError' | 'retry'>
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

/** Item that the callback has. */
export interface ItemInHand {
  value: unknown
  /** Number of the item among the receiver's items. */
  position: number
  /** Number of the item in the stream. */
  number: number
}

type ItemsInHand = readonly [ItemInHand, ...ItemInHand[]]

/** Counts what becomes of items with which the callback has failed, and applies `on_error` to them. */
export class ItemOutcomes {
  readonly #counter: OutcomeCounter
  readonly #options: OutcomeOptions

  constructor(counter: OutcomeCounter, options: OutcomeOptions) {
    this.#counter = counter
    this.#options = options
  }

  /** Whether failed items get further attempts. */
  get retries(): boolean {
    return this.#options.open.onError === 'retry'
  }

  /** Whether the receiver goes on. */
  get isAttached(): boolean {
    return this.#options.lifecycle.isAttached()
  }

  /**
   * Ends items that have failed and get no further attempt. Those that were given up because the receiver has settled are not counted.
   * @param isLogged whether the log has the error already, as that of another stream
   * @returns whether the receiver goes on
   */
  fail(items: ItemsInHand, thrown: unknown, isLogged = false): boolean {
    const { open, lifecycle, failures } = this.#options
    const { signal } = lifecycle
    if (signal.aborted && thrown === signal.reason) return false
    const error = asError(thrown)
    for (const { position } of items) this.#count(position, 'failed')
    const where = open.letter === undefined ? placeOf(items) : `item ${open.letter} of ${open.source ?? ''}`
    if (open.onError === 'skip') {
      if (!isLogged) failures.onSkip(where, error)
      return true
    }
    if (open.letter === undefined) failures.onStop(where, error)
    else failures.onReplayed(where, error)
    const record = thrownRecord(error)
    const message = `"${open.call}" threw at ${where}: ${record.message}`
    lifecycle.settle('stopped', { ...record, message })
    return false
  }

  /**
   * Makes further attempts with items; those with which the last one fails are given up. Items that are not done when the
   * receiver settles are not counted: a durable stream delivers them again.
   * @returns whether an attempt has succeeded
   */
  async retry(items: ItemsInHand, failure: unknown, attempt: () => unknown): Promise<boolean> {
    const error = await this.attempt(failure, attempt)
    if (error === undefined) return true
    if (!this.#options.lifecycle.signal.aborted) await this.giveUp(items, error)
    return false
  }

  /** Makes further attempts, until the receiver settles. @returns the last error; undefined when one has succeeded */
  async attempt(failure: unknown, attempt: () => unknown): Promise<unknown> {
    const { open, lifecycle } = this.#options
    const { signal } = lifecycle
    try {
      return await retryInvocation(attempt, asError(failure), open.retry, signal)
    } catch (reason) {
      if (signal.aborted) return failure
      throw reason
    }
  }

  /** Ends items for which no further attempt is made. @param isLogged whether the log has the error already */
  async giveUp(items: ItemsInHand, error: unknown, isLogged = false): Promise<void> {
    if (!this.retries) {
      this.fail(items, error, isLogged)
      return
    }
    const { failures, deadLetters } = this.#options
    if (!isLogged) failures.onSkip(placeOf(items), error)
    for (const { value, number, position } of items) {
      await deadLetters?.add(value, number, error)
      this.#count(position, 'failed')
    }
  }

  /** Counts an item with which the callback has succeeded at a retry. */
  onRetried({ position }: ItemInHand): void {
    this.#count(position, 'processed')
  }

  #count(position: number, outcome: 'processed' | 'failed'): void {
    const { lifecycle, redeliversAfterLeaving = false, onFailed } = this.#options
    if (!lifecycle.isAttached() && redeliversAfterLeaving) return
    this.#counter.begin(position)
    this.#counter.end(outcome)
    if (outcome === 'failed') onFailed?.()
  }
}

function placeOf([first, ...others]: ItemsInHand): string {
  const last = others.at(-1)
  return last ? `items ${first.number} to ${last.number}` : `item ${first.number}`
}
