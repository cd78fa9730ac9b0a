import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import pLimit from 'p-limit'

/** Number of nodes that may start at the same time. */
export const MAX_STARTING = 2 * availableParallelism()
/**
 * Longest time for which a starting node keeps others from starting. One that takes longer does not wait for the processor
 * but for something else, perhaps for a node that has not been started yet.
 */
const MAX_STARTUP_MS = 5000

/**
 * Limits how many nodes start at the same time. If a large number started at once, they would keep one another from the
 * processor until connecting takes too long for the server.
 */
export class StartupLimiter {
  readonly #limit = pLimit(MAX_STARTING)

  /**
   * Calls `start` as soon as the limit allows, and resolves when its promise does. The next node may start when
   * `started` resolves, `start` has ended or the time limit is over.
   */
  async run(start: () => Promise<void>, started: Promise<void>): Promise<void> {
    const { running } = await this.#limit(async () => {
      const running = start()
      const abort = new AbortController()
      const late = delay(MAX_STARTUP_MS, undefined, { signal: abort.signal }).catch(() => undefined)
      await Promise.race([started, running, late]).finally(() => abort.abort())
      return { running }
    })
    await running
  }
}
