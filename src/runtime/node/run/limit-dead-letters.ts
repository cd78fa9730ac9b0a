import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { Plan } from '../../core/plan/plan.js'
import { connectNats, type ServerHandle } from '../../nats/index.js'
import { DeadLetterStore } from '../../stream/index.js'

/** Interval at which letters are looked at that have grown too old while no new ones came. */
const INTERVAL_MS = 3600 * 1000

/**
 * Sets the limits of a pipeline's dead letters on the server, where they hold for all nodes, and drops what is over them, now and
 * every hour. The run does not wait for it.
 * @returns a function that ends it
 */
export function limitDeadLetters(
  plan: Plan,
  { address }: Pick<ServerHandle, 'address'>,
  log: Logger,
): () => Promise<void> {
  const { deadLetters } = plan
  if (!deadLetters) return () => Promise.resolve()
  const ending = new AbortController()
  const { signal } = ending
  const follow = async (): Promise<void> => {
    const nc = await connectNats(address, { name: 'dead-letters', signal })
    try {
      const letters = new DeadLetterStore(nc, plan.name, log)
      await letters.limit(deadLetters)
      for (;;) {
        await delay(INTERVAL_MS, undefined, { signal })
        await letters.enforce().catch((error: unknown) => log.debug(String(error)))
      }
    } finally {
      await nc.close()
    }
  }
  const following = follow().catch((error: unknown) => {
    if (!signal.aborted) log.warn(`the limits of the dead letters are not set: ${messageOf(error)}`)
  })
  return async () => {
    ending.abort()
    await following
  }
}
