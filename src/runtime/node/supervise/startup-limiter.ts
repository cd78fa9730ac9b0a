import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import pLimit from 'p-limit'

const AT_A_TIME = 2 * availableParallelism()
/** A node that takes longer waits for something else than the processor, perhaps for a node that has not had its turn. */
const TURN_MS = 5000

/**
 * Nodes start some at a time. All of many at once would keep one another from the processor until connecting takes too
 * long for the server.
 */
export class StartingTurns {
  readonly #limit = pLimit(AT_A_TIME)

  /** Resolves when `run` does, which begins when it is its turn. The turn ends with `started`, at the latest after some seconds. */
  async take(run: () => Promise<void>, started: Promise<void>): Promise<void> {
    const { running } = await this.#limit(async () => {
      const running = run()
      const abort = new AbortController()
      const late = delay(TURN_MS, undefined, { signal: abort.signal }).catch(() => undefined)
      await Promise.race([started, running, late]).finally(() => abort.abort())
      return { running }
    })
    await running
  }
}
