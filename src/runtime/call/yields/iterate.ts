import type { Target } from '../api/pending-call.js'
import type { CallerContext } from '../caller/caller-context.js'
import { encodeArguments } from '../caller/encode-arguments.js'
import { receiveItems } from './receive-items.js'
import { UnbufferedChannel } from './unbuffered-channel.js'
import { yieldLocal } from './yield-local.js'

/** Gives the items of a callback that yields, as they come. Leaving the loop early stops the callback. */
export async function* iterate(target: Target, caller: CallerContext): AsyncGenerator {
  const payload = encodeArguments(target, caller.peers)
  const channel = new UnbufferedChannel()
  const begin = caller.local.isFor(target) ? yieldLocal : receiveItems
  const end = begin(target, payload, channel, caller)
  try {
    yield* channel
  } finally {
    channel.close()
    await end()
  }
}
