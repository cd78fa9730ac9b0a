import { encodeArguments } from '../caller/encode-arguments.js'
import type { Calling } from '../caller/caller-context.js'
import type { Target } from '../api/pending-call.js'
import { giveOwn } from './yield-local.js'
import { Handover } from './unbuffered-channel.js'
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
