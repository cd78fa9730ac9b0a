import { isFrame, PIXEL_FORMATS, type PixelFormat } from '../core/frame.js'
import { decode, encode } from './codec.js'
import { isTypedArrayName, typedArray, type TypedArrayName } from './extensions.js'

/**
 * An item of a stream as it is sent: raw bytes with a description of what they are, or a value as MessagePack, which can share
 * a batch with others.
 */
export type EncodedItem = { kind: BytesKind; bytes: Uint8Array } | { kind: undefined; bytes: Uint8Array }

/** Description of raw bytes: a Buffer, a Uint8Array, another typed array, or the pixels of a frame. */
export type BytesKind =
  | ['buffer']
  | ['bytes']
  | ['array', TypedArrayName]
  | ['frame', width: number, height: number, format: PixelFormat, sequence: number, time: number]

/**
 * Encodes an item of a stream; raw bytes are not copied.
 * @param number of the item in its stream, for error messages
 * @throws DaffiError DAFFI_UNSENDABLE
 */
export function encodeItem(item: unknown, number: number): EncodedItem {
  if (typeof item === 'object' && item !== null) {
    if (Buffer.isBuffer(item)) return { kind: ['buffer'], bytes: item }
    if (ArrayBuffer.isView(item)) {
      const bytes = new Uint8Array(item.buffer, item.byteOffset, item.byteLength)
      const name = item.constructor.name
      if (name === 'Uint8Array') return { kind: ['bytes'], bytes }
      if (isTypedArrayName(name)) return { kind: ['array', name], bytes }
    } else if (isFrame(item)) {
      const { data, width, height, format, sequence, time } = item
      return { kind: ['frame', width, height, format, sequence, time], bytes: data }
    }
  }
  return { kind: undefined, bytes: encode(item, `item ${number}`) }
}

/** Inverse of `encodeItem` for raw bytes. The item uses their memory, but for typed arrays, which copy it. */
export function decodeBytes(kind: BytesKind, bytes: Buffer): unknown {
  switch (kind[0]) {
    case 'buffer':
      return bytes
    case 'bytes':
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    case 'array':
      return typedArray(kind[1], bytes)
    case 'frame': {
      const [, width, height, format, sequence, time] = kind
      return { data: bytes, width, height, format, sequence, time }
    }
  }
}

/** Decodes a batch of values; undefined when it does not have as many as were announced. */
export function decodeValues(payload: Uint8Array, count: number): unknown[] | undefined {
  try {
    const values = decode(payload)
    return Array.isArray(values) && values.length === count ? (values as unknown[]) : undefined
  } catch {
    return undefined
  }
}

/** Whether the value is a description of raw bytes. */
export function isBytesKind(value: unknown): value is BytesKind {
  if (!Array.isArray(value)) return false
  const [what, first, second, format, sequence, time] = value as unknown[]
  if (what === 'buffer' || what === 'bytes') return true
  if (what === 'array') return isTypedArrayName(first)
  return (
    what === 'frame' &&
    [first, second].every((size) => typeof size === 'number') &&
    PIXEL_FORMATS.includes(format as PixelFormat) &&
    // Numbers of a program's own frames; JSON has not all of them.
    [sequence, time].every((number) => number === null || typeof number === 'number')
  )
}
