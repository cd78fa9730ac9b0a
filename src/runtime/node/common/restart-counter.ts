import { backoffMs, type Backoff } from '../../core/backoff.js'

/** Restarts in a row after which a node, or a call, is given up. */
export const MAX_RESTARTS = 5
/** The longest pause is reached by what is never given up. */
const BACKOFF: Backoff = { firstMs: 200, factor: 2, maxMs: 30_000 }
/** Milliseconds of running after which restarts are counted from 0 again. */
const STABLE_MS = 30_000

/** Counts the restarts in a row of one process or one call, and sets the pause before each. */
export class RestartCounter {
  #inRow = 0

  /** @param forever whether it is never given up */
  constructor(private readonly forever: boolean) {}

  /**
   * Counts one more restart.
   * @param ranMs milliseconds for which it ran before it failed
   * @returns the pause before it, in milliseconds; undefined when there were too many in a row
   */
  next(ranMs: number): number | undefined {
    if (ranMs >= STABLE_MS) this.#inRow = 0
    return this.#inRow >= MAX_RESTARTS && !this.forever ? undefined : backoffMs(BACKOFF, this.#inRow++)
  }
}
