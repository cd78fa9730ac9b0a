import { fromErrorRecord, type ErrorRecord } from '../../core/errors.js'

/** Signals that end waits for what cannot come, since nodes have failed for good, as the supervisor tells of them. */
export class LostSignals {
  readonly #controllers = new Map<string, AbortController>()

  /** @param errors the errors of all that is lost at present */
  set(errors: Record<string, ErrorRecord>): void {
    for (const [key, { signal }] of this.#controllers)
      if (signal.aborted && !(key in errors)) this.#controllers.delete(key)
    for (const [key, error] of Object.entries(errors)) this.#controller(key).abort(fromErrorRecord(error))
  }

  /** Aborts when this is lost, with the error about that. */
  signalOf(key: string): AbortSignal {
    return this.#controller(key).signal
  }

  #controller(key: string): AbortController {
    const known = this.#controllers.get(key)
    if (known) return known
    const controller = new AbortController()
    this.#controllers.set(key, controller)
    return controller
  }
}

/** Everything that the calls of a node wait for and that is lost. */
export interface Lost {
  /** By name of the node. */
  nodes: LostSignals
  /** By position in the node's list of calls: nobody is left that the call could reach. */
  calls: LostSignals
}
