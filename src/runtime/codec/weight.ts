/** Values within values that are looked at; those deeper down are refused by the encoder. */
const MAX_DEPTH = 500

/**
 * Bytes that a value needs in a message at least. Much cheaper than encoding it; for values that are kept until all of them are
 * sent, so that there are never too many. What the encoder refuses has any weight.
 */
export function weightOf(value: unknown): number {
  try {
    return weigh(value, [])
  } catch {
    return 1
  }
}

function weigh(value: unknown, holders: object[]): number {
  if (typeof value === 'string') return 1 + value.length
  if (typeof value !== 'object' || value === null) return 1
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 1 + value.byteLength
  // An object in itself would be weighed without end, where it is there twice.
  if (holders.length > MAX_DEPTH || holders.includes(value)) return 1
  holders.push(value)
  let weight = 1
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (!(index in value)) break
      weight += weigh(value[index], holders)
    }
  } else if (value instanceof Set) {
    for (const member of value) weight += weigh(member, holders)
  } else if (value instanceof Map) {
    for (const [key, member] of value) weight += weigh(key, holders) + weigh(member, holders)
  } else {
    for (const [key, member] of Object.entries(value)) weight += 1 + key.length + weigh(member, holders)
  }
  holders.pop()
  return weight
}
