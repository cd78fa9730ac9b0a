import { Wakeup } from '../../../core/deferred.js'
import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/plan/summary.js'

/** State of a receiver in its stream: attached, until it settles once and for all. */
export class ReceiverLifecycle {
  /** Notified when the state changes, and by the reader's parts when there is something to do. */
  readonly changed = new Wakeup()
  readonly #abort = new AbortController()
  #state: ReceiverState = 'attached'
  #error: ErrorRecord | null = null

  get state(): ReceiverState {
    return this.#state
  }

  get error(): ErrorRecord | null {
    return this.#error
  }

  /** Aborts when the receiver settles. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** A method, for loops that check again: the compiler would assume that a property has not changed. */
  isAttached(): boolean {
    return this.#state === 'attached'
  }

  /**
   * Resolves when the state changes, or there is something to do for a loop; at once when it has settled, which it may have done
   * while the loop waited for something else.
   */
  async change(): Promise<void> {
    if (this.isAttached()) await this.changed.wait()
  }

  settle(state: ReceiverState, error: ErrorRecord | null): void {
    if (!this.isAttached()) return
    this.#state = state
    this.#error = error
    this.#abort.abort()
    this.changed.notify()
  }
}
