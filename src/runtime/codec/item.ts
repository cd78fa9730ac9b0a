import { DaffiError } from '../core/errors.js'
import { fitsTogether, looksLikeFrame, PIXEL_FORMATS, type Frame, type PixelFormat } from '../core/frame.js'
import { decode, encode } from './codec.js'
import { isTypedArrayName, typedArray, viewName, type TypedArrayName } from './typed-arrays.js'
import { count } from '../core/text/count.js'

/**
 * An item of a stream as it is sent: raw bytes with a description of what they are, or a value as MessagePack, which can share
 * a batch with others.
 */
export type EncodedItem = { kind: BytesKind; bytes: Uint8Array } | { kind: undefined; bytes: Uint8Array }

/**
 * Description of raw bytes: a Buffer, a Uint8Array, another typed array or ArrayBuffer, or the pixels of a frame. Further
 * fields of a frame lie behind its pixels, as a map in MessagePack of so many bytes.
 */
export type BytesKind =
  | ['buffer']
  | ['bytes']
  | ['array', TypedArrayName]
  | [
      'frame',
      width: number,
      height: number,
      format: PixelFormat,
      sequence: number,
      time: number,
      further?: number,
    ]

/** Number of the fields that every frame has. */
const FRAME_FIELDS = 6

/**
 * Encodes an item of a stream; raw bytes are not copied, but for those of frames with further fields.
 * @param number of the item in its stream, for error messages
 * @throws DaffiError DAFFI_UNSENDABLE
 */
export function encodeItem(item: unknown, number: number): EncodedItem {
  if (typeof item === 'object' && item !== null) {
    if (Buffer.isBuffer(item)) return { kind: ['buffer'], bytes: item }
    if (item instanceof ArrayBuffer) return { kind: ['array', 'ArrayBuffer'], bytes: new Uint8Array(item) }
    if (ArrayBuffer.isView(item)) {
      const bytes = new Uint8Array(item.buffer, item.byteOffset, item.byteLength)
      const name = viewName(item)
      if (name === 'Uint8Array') return { kind: ['bytes'], bytes }
      if (isTypedArrayName(name)) return { kind: ['array', name], bytes }
    } else if (mayBeFrame(item)) return encodeFrame(item, number)
  }
  return { kind: undefined, bytes: encode(item, `item ${number}`) }
}

/** Whether an item is to be sent as a frame. One whose fields cannot be read is refused with its path as a value. */
function mayBeFrame(item: object): item is Frame {
  try {
    return looksLikeFrame(item)
  } catch {
    return false
  }
}

function encodeFrame(item: Frame, number: number): EncodedItem {
  const { data, width, height, format, sequence, time } = item
  if (!fitsTogether(item)) {
    const size = `${width}x${height} in ${format}`
    throw new DaffiError(
      'DAFFI_UNSENDABLE',
      `item ${number} cannot be sent: it is a frame of ${size}, and its data has ${count(data.length, 'byte')}`,
    )
  }
  if (Object.keys(item).length === FRAME_FIELDS)
    return { kind: ['frame', width, height, format, sequence, time], bytes: data }
  const { data: _, width: _w, height: _h, format: _f, sequence: _s, time: _t, ...others } = item
  const further = encode(others, `item ${number}`)
  return {
    kind: ['frame', width, height, format, sequence, time, further.length],
    bytes: Buffer.concat([data, further]),
  }
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
      const [, width, height, format, sequence, time, further] = kind
      if (further === undefined) return { data: bytes, width, height, format, sequence, time }
      const end = Math.max(0, bytes.length - further)
      return {
        ...furtherFields(bytes.subarray(end)),
        data: bytes.subarray(0, end),
        width,
        height,
        format,
        sequence,
        time,
      }
    }
  }
}

/** Further fields of a frame; none when the bytes are not of the protocol. */
function furtherFields(bytes: Buffer): object {
  try {
    const fields = decode(bytes)
    return typeof fields === 'object' && fields !== null ? fields : {}
  } catch {
    return {}
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
  const [what, first, second, format, sequence, time, further] = value as unknown[]
  if (what === 'buffer' || what === 'bytes') return true
  if (what === 'array') return isTypedArrayName(first)
  return (
    what === 'frame' &&
    [first, second].every((size) => typeof size === 'number') &&
    PIXEL_FORMATS.includes(format as PixelFormat) &&
    // Numbers of a program's own frames; JSON has not all of them.
    [sequence, time].every((number) => number === null || typeof number === 'number') &&
    (further === undefined || (Number.isSafeInteger(further) && (further as number) >= 0))
  )
}
