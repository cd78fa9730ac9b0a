import { decode, encode } from '../../codec/index.js'
import { feed } from '../../stream/index.js'
import type { Calling } from '../caller/caller-context.js'
import type { Target } from '../api/pending-call.js'
import type { Handover } from './unbuffered-channel.js'
import { isYielding, notYielding, thrownBy } from '../invoke/yielding.js'

/** Hands over copies of what a callback of this very node yields. What it gives back stops the callback. */
export function giveOwn(
  target: Target,
  payload: Uint8Array,
  handover: Handover,
  { own }: Pick<Calling, 'own'>,
): () => Promise<void> {
  const abort = new AbortController()
  const { signal } = abort
  const finish = async (value: unknown): Promise<void> => {
    if (!isYielding(value)) throw notYielding(target.callback)
    await feed(value, { signal, take: (item) => handover.give(decode(encode(item, 'an item'))) })
  }
  const running = own.feed(target, payload, { finish, abort }).then(
    () => handover.end(),
    (error: unknown) => handover.end({ error: thrownBy(error) }),
  )
  return async () => {
    abort.abort()
    await running
  }
}
