import type { Wakeup } from '../../../core/deferred.js'
import type { ErrorRecord } from '../../../core/errors.js'
import type { ReceiverState } from '../../../core/summary.js'

/** How a receiver stands in its stream: attached, until it settles once and for all. */
export class Standing {
  state: ReceiverState = 'attached'
  error: ErrorRecord | null = null
  readonly #abort: AbortController
  readonly #changed: Wakeup

  /** @param abort aborted when it settles; `changed` is notified then */
  constructor(abort: AbortController, changed: Wakeup) {
    this.#abort = abort
    this.#changed = changed
  }

  /** A method, for a loop that looks again: of a property the compiler would think that it stays as it was. */
  isAttached(): boolean {
    return this.state === 'attached'
  }

  settle(state: ReceiverState, error: ErrorRecord | null): void {
    if (!this.isAttached()) return
    this.state = state
    this.error = error
    this.#abort.abort()
    this.#changed.notify()
  }
}
