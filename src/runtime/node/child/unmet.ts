import { fromErrorRecord } from '../../core/errors.js'
import type { UnmetCalls } from '../ipc/node-orders.js'

/** Signals that end the waits of calls for nodes that have failed for good, as the supervisor tells of them. */
export class Unmet {
  readonly #controllers = new Map<number, AbortController>()

  /** Takes in which calls wait for what cannot come at present, and why. */
  set(calls: UnmetCalls): void {
    for (const [index, { signal }] of this.#controllers)
      if (signal.aborted && !(index in calls)) this.#controllers.delete(index)
    for (const [index, error] of Object.entries(calls))
      this.#controller(Number(index)).abort(fromErrorRecord(error))
  }

  /** Aborts when the call waits for what cannot come, with the error about that. */
  signalOf(index: number): AbortSignal {
    return this.#controller(index).signal
  }

  #controller(index: number): AbortController {
    const known = this.#controllers.get(index)
    if (known) return known
    const controller = new AbortController()
    this.#controllers.set(index, controller)
    return controller
  }
}
