import { setTimeout as delay } from 'node:timers/promises'
import { sayGoodbye } from '../../../call/index.js'
import { messageOf } from '../../../core/errors.js'
import type { Logger } from '../../../core/logger.js'
import type { Plan } from '../../../core/plan.js'
import { connectNats, type ServerHandle } from '../../../nats/index.js'

const GIVE_UP_MS = 2000

/** Says goodbye for a node that died, so that nobody has to wait for its missed beats. Never rejects: the beats are missed anyway. */
export async function sayGoodbyeFor(
  node: string,
  pid: number,
  plan: Plan,
  server: ServerHandle,
  log: Logger,
): Promise<void> {
  const signal = AbortSignal.timeout(GIVE_UP_MS)
  try {
    const nc = await connectNats(server.address, { name: 'supervisor', signal })
    try {
      await sayGoodbye(nc, plan.name, node, pid)
    } finally {
      await Promise.race([nc.close(), delay(GIVE_UP_MS, undefined, { ref: false })])
    }
  } catch (error) {
    log.debug(`no goodbye for ${node}: ${messageOf(error)}`)
  }
}
