import { backoffMs } from '../backoff.js'
import type { RestartPlan } from './node-options.js'

/** Counts the restarts in a row of one process or one call, and sets the pause before each. */
export class RestartCounter {
  #inRow = 0

  constructor(private readonly plan: Omit<RestartPlan, 'policy'>) {}

  /**
   * Counts one more restart.
   * @param ranMs milliseconds for which it ran before it failed
   * @returns the pause before it, in milliseconds; undefined when there were too many in a row
   */
  next(ranMs: number): number | undefined {
    const { delayMs: firstMs, maxDelayMs: maxMs, attempts, windowMs } = this.plan
    if (ranMs >= windowMs) this.#inRow = 0
    if (attempts !== null && this.#inRow >= attempts) return undefined
    return backoffMs({ firstMs, factor: 2, maxMs }, this.#inRow++)
  }
}
