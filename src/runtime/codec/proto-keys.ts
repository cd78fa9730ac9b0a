import { badMessage } from './bad-message.js'
import { defineOwn } from './extensions.js'

const PROTO = Buffer.from('__proto__')
const UNDERSCORE = 0x5f
/** Key that msgpackr writes in place of `__proto__`. */
const RENAMED = '__proto_'

/** Size in bytes up to which a message is scanned without a call into Node. */
const SMALL = 256
/** Values that are looked through before a message is scanned: one that has few and is large is a picture, or the like. */
const FEW = 50

/** Whether a message may hold an object with the key `__proto__`. */
export function mayHoldProto(message: Buffer, unpacked: unknown): boolean {
  if (message.length > SMALL) return looksThrough(unpacked, { left: FEW }) ?? message.includes(PROTO)
  // Each second byte is enough, as the key begins with two of them.
  for (let index = 1; index < message.length; index += 2)
    if (message[index] === UNDERSCORE) return message.includes(PROTO)
  return false
}

/** Whether an object in a value has the renamed key; undefined when the value is too large to tell. */
function looksThrough(value: unknown, budget: { left: number }): boolean | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  const parts = Array.isArray(value) ? (value as unknown[]) : Object.values(value)
  if (!Array.isArray(value) && Object.hasOwn(value, RENAMED)) return true
  budget.left -= parts.length
  if (budget.left < 0) return undefined
  for (const part of parts) {
    const found = looksThrough(part, budget)
    if (found !== false) return found
  }
  return false
}

/** Replaces the Maps of a value that was unpacked without objects. Those that were sent as Maps are still sealed. */
export function mapsToObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapsToObjects)
  if (!(value instanceof Map)) return value
  const record = {}
  for (const [key, part] of value as Map<unknown, unknown>) {
    if (typeof key === 'object' && key !== null) throw badMessage('an object whose key is an object')
    defineOwn(record, String(key), mapsToObjects(part))
  }
  return record
}
