/** Values within values that are looked at; those deeper down are refused by the encoder. */
const MAX_DEPTH = 500

/**
 * Bytes that a value needs in a message at least. Much cheaper than encoding it; for values that are kept until all of them are
 * sent, so that there are never too many.
 */
export function weightOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 1 + value.length
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 1
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 1 + value.byteLength
  let weight = 1
  if (Array.isArray(value) || value instanceof Set) {
    for (const member of value) weight += weightOf(member, depth + 1)
  } else if (value instanceof Map) {
    for (const [key, member] of value) weight += weightOf(key, depth + 1) + weightOf(member, depth + 1)
  } else {
    for (const [key, member] of Object.entries(value)) weight += 1 + key.length + weightOf(member, depth + 1)
  }
  return weight
}
