import { decode, encode } from '../../codec/index.js'
import { feed } from '../../stream/index.js'
import type { Target } from '../api/pending-call.js'
import type { CallerContext } from '../caller/caller-context.js'
import { isYielding, notYielding, thrownBy } from '../invoke/yielding.js'
import type { UnbufferedChannel } from './unbuffered-channel.js'

/**
 * Sends copies of the items of a callback of this very node into the channel.
 * @returns a function that stops the callback
 */
export function yieldLocal(
  target: Target,
  payload: Uint8Array,
  channel: UnbufferedChannel,
  { local }: Pick<CallerContext, 'local'>,
): () => Promise<void> {
  const abort = new AbortController()
  const { signal } = abort
  const finish = async (value: unknown): Promise<void> => {
    if (!isYielding(value)) throw notYielding(target.callback)
    await feed(value, { signal, accept: (item) => channel.send(decode(encode(item, 'an item'))) })
  }
  const running = local.feed(target, payload, { finish, abort }).then(
    () => channel.end(),
    (error: unknown) => channel.end({ error: thrownBy(error) }),
  )
  return async () => {
    abort.abort()
    await running
  }
}
