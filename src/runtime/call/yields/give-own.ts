import { decode, encode } from '../../codec/index.js'
import { feed } from '../../stream/index.js'
import type { Finish } from '../registry.js'
import type { Handover } from './handover.js'
import { isYielding, notYielding } from './yielding.js'

/** Hands over copies of what a callback of this very node yields. */
export function giveOwn(callback: string, handover: Handover, signal: AbortSignal): Finish {
  return async (value) => {
    if (!isYielding(value)) throw notYielding(callback)
    await feed(value, { signal, take: (item) => handover.give(decode(encode(item, 'an item'))) })
  }
}
