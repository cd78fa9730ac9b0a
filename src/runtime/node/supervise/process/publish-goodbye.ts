import { setTimeout as delay } from 'node:timers/promises'
import { announceDeath, type Death } from '../../../call/index.js'
import { messageOf } from '../../../core/errors.js'
import type { Logger } from '../../../core/logger.js'
import { bounded } from '../../../core/timeout.js'
import { connectNats, type ServerHandle } from '../../../nats/index.js'

/** Longest time for connecting and publishing, and again for closing the connection. */
const PUBLISH_TIMEOUT_MS = 2000

/**
 * Publishes the goodbye of a node whose process died, so that its peers need not wait until enough heartbeats are
 * missing. Never rejects: without the goodbye they notice the death a little later.
 */
export async function publishGoodbye(
  death: Death,
  pipeline: string,
  server: ServerHandle,
  log: Logger,
): Promise<void> {
  const signal = AbortSignal.timeout(PUBLISH_TIMEOUT_MS)
  try {
    const nc = await connectNats(server.address, { name: 'supervisor', signal })
    try {
      await bounded(announceDeath(nc, pipeline, death), { signal, what: 'the goodbye' })
    } finally {
      await Promise.race([nc.close(), delay(PUBLISH_TIMEOUT_MS, undefined, { ref: false })])
    }
  } catch (error) {
    log.debug(`no goodbye for ${death.name}: ${messageOf(error)}`)
  }
}
