import { decode, encode } from '../../codec/index.js'
import { feed } from '../../stream/index.js'
import type { Calling } from '../caller/calling.js'
import type { Target } from '../pending-call.js'
import type { Handover } from './handover.js'
import { isYielding, notYielding, thrownBy } from './yielding.js'

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
