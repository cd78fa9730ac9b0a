import { encodeArguments } from '../caller/encode-arguments.js'
import type { Calling } from '../caller/calling.js'
import type { Target } from '../pending-call.js'
import { giveOwn } from './give-own.js'
import { Handover } from './handover.js'
import { receiveItems } from './receive-items.js'

/** What a callback yields, as it comes. Leaving the loop early stops the callback. */
export async function* iterate(target: Target, calling: Calling): AsyncGenerator {
  const payload = encodeArguments(target, calling.peers)
  await calling.inFlight.connected({ what: `"${target.callback}"` })
  const handover = new Handover()
  const begin = calling.own.isFor(target) ? giveOwn : receiveItems
  const end = begin(target, payload, handover, calling)
  try {
    yield* handover
  } finally {
    handover.close()
    await end()
  }
}
