import { decode, encode } from '../../codec/index.js'
import { KIB } from '../../core/bytes.js'
import { isCount, isMap, isName, isText } from '../../core/message/forms.js'

/** Bytes that the values of a state count for at most, where the server's messages have room for so many. */
export const MAX_STATE_BYTES = 64 * KIB
/** Bytes that a value needs besides itself. */
const VALUE_BYTES = 16

/** Values by their names, each in MessagePack. */
export type StateValues = ReadonlyMap<string, Uint8Array>

/** Latest item of each durable stream that the values include: the epoch, and the item's number in it. */
export type StateItems = ReadonlyMap<string, readonly [run: string, item: number]>

/** State as it is kept: all values, and how far in the incoming streams they are. */
export interface StateRecord {
  values: StateValues
  items: StateItems
}

/** Bytes that a value counts for. */
export const valueBytes = (name: string, value: Uint8Array): number =>
  2 * name.length + value.length + VALUE_BYTES

/** Encodes a record. As pairs, and not as a map, since a name may be any text. */
export function encodeState({ values, items }: StateRecord): Uint8Array {
  return encode({
    values: [...values].map(([name, value]) => [name, Buffer.from(value)]),
    items: [...items].map(([stream, [run, item]]) => [stream, run, item]),
  })
}

/** Decodes a record; undefined for what is none, has a value that cannot be read, or is larger than a callback can make a state. */
export function decodeState(bytes: Uint8Array): StateRecord | undefined {
  try {
    const record = decode(bytes)
    if (!isMap(record)) return undefined
    const { values, items } = record
    if (!Array.isArray(values) || !values.every(isValue)) return undefined
    if (!Array.isArray(items) || !items.every(isItem)) return undefined
    let size = 0
    for (const [name, value] of values) {
      size += valueBytes(name, value)
      decode(value)
    }
    if (size > MAX_STATE_BYTES) return undefined
    return {
      values: new Map(values),
      items: new Map(items.map(([stream, run, item]) => [stream, [run, item]])),
    }
  } catch {
    return undefined
  }
}

function isValue(pair: unknown): pair is [string, Uint8Array] {
  return Array.isArray(pair) && pair.length === 2 && isText(pair[0]) && pair[1] instanceof Uint8Array
}

function isItem(item: unknown): item is [string, string, number] {
  return Array.isArray(item) && item.length === 3 && isText(item[0]) && isName(item[1]) && isCount(item[2])
}
