import { backoffMs, type Backoff } from '../../core/backoff.js'

/** Restarts in a row after which a node, or a call, is given up. */
export const MAX_RESTARTS = 5
const BACKOFF: Backoff = { firstMs: 200, factor: 2 }
/** Milliseconds of running after which restarts are counted from 0 again. */
const STABLE_MS = 30_000

/** Counts the restarts in a row of one process or one call, and sets the pause before each. */
export class RestartCounter {
  #inRow = 0

  /**
   * Counts one more restart.
   * @param ranMs milliseconds for which it ran before it failed
   * @returns the pause before it, in milliseconds; undefined when there were too many in a row
   */
  next(ranMs: number): number | undefined {
    if (ranMs >= STABLE_MS) this.#inRow = 0
    return this.#inRow === MAX_RESTARTS ? undefined : backoffMs(BACKOFF, this.#inRow++)
  }
}
