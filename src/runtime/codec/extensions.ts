import { addExtension } from 'msgpackr'
import { endianness } from 'node:os'
import { badMessage } from './bad-message.js'
import { toError } from './error-fields.js'
import { isTypedArrayName, typedArray, type TypedArrayName } from './typed-arrays.js'

/**
 * Numbers of the MessagePack extensions, as in docs/protocol.md. Two more come from msgpackr and are portable:
 * 0 is `undefined`, and -1 is MessagePack's timestamp for Date.
 */
const NUMBER = { bigint: 1, map: 2, set: 3, error: 4, typedArray: 5 } as const

/** Types of extensions that msgpackr knows and the protocol does not have: values that contain themselves, among others. */
const REFUSED = [0x42, 0x62, 0x65, 0x69, 0x70, 0x73, 0x74, 0x78] as const

/** Format bytes of the MessagePack specification. */
const ARRAY_OF_2 = 0x92
const STRING_OF_0 = 0xa0
const BIN_32 = 0xc6
const EXT_32 = 0xc9
/** -0 as a number of 64 bits. */
const NEGATIVE_ZERO = Buffer.of(0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0)

/** Digits of the largest integer: reading and writing more of them would hold the event loop. */
export const MAX_DIGITS = 4096
const DIGITS = new RegExp(`^-?\\d{1,${MAX_DIGITS}}$`)

/**
 * Placeholder of a value that needs an extension. Its payload is encoded before the whole value is packed, because msgpackr is
 * not re-entrant while it packs.
 */
abstract class Boxed {
  constructor(readonly payload: Uint8Array) {}
}
export class BoxedBigInt extends Boxed {}
export class BoxedMap extends Boxed {}
export class BoxedSet extends Boxed {}
export class BoxedError extends Boxed {}

/** Placeholder of a value whose bytes, header included, are copied into the message as they are. */
class Written {
  readonly parts: readonly Uint8Array[]

  constructor(...parts: Uint8Array[]) {
    this.parts = parts
  }
}

/** Placeholder of -0, which msgpackr would write as the integer 0. */
export function negativeZero(): object {
  return new Written(NEGATIVE_ZERO)
}

/** Placeholder of a typed array or ArrayBuffer. */
export function boxedTypedArray(name: TypedArrayName, bytes: Uint8Array): object {
  return new Written(typedArrayHeader(name, bytes.length), bytes)
}

/** Gives memory of the message; msgpackr's types do not have it. */
type Allocate = (bytes: number) => { target: Uint8Array; position: number }

/**
 * Placeholder of an extension's value until the whole value is unpacked: msgpackr, when re-entered while it unpacks, copies
 * everything and forgets that its input is a Buffer.
 */
class Sealed {
  constructor(readonly open: () => unknown) {}
}

let sealedCount = 0

function sealed(open: () => unknown): Sealed {
  sealedCount++
  return new Sealed(open)
}

/** Replaces the placeholders in an unpacked value by their values. Must be called after each unpacking, since it resets their count. */
export function openSealed(unpacked: unknown): unknown {
  if (sealedCount === 0) return unpacked
  sealedCount = 0
  return opened(unpacked)
}

function opened(value: unknown): unknown {
  if (value instanceof Sealed) return value.open()
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = opened(value[index])
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      const part = value[key]
      // An assignment of `__proto__` would give the object another class.
      if (key === '__proto__') defineOwn(value, key, opened(part))
      else value[key] = opened(part)
    }
  }
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** Sets a field of its own, whatever its key. */
export function defineOwn(record: object, key: string, value: unknown): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Registers the extensions with msgpackr; `decode` decodes their payloads. */
export function registerExtensions(decode: (bytes: Uint8Array) => unknown): void {
  if (endianness() !== 'LE') throw new Error('daffi runs on little-endian processors only')
  const pack = (box: Boxed): Uint8Array => box.payload
  const written = { Class: Written, type: NUMBER.typedArray, pack: write }
  addExtension(written as unknown as Parameters<typeof addExtension>[0])
  addExtension({
    type: NUMBER.typedArray,
    unpack: (bytes) =>
      sealed(() => {
        const [name, data] = membersOf(decode(bytes))
        if (!isTypedArrayName(name) || !(data instanceof Uint8Array)) throw badMessage('a typed array')
        return typedArray(name, data)
      }),
  })
  addExtension({
    Class: BoxedBigInt,
    type: NUMBER.bigint,
    pack,
    unpack: (bytes) => bigIntOf(bytes),
  })
  addExtension({
    Class: BoxedMap,
    type: NUMBER.map,
    pack,
    unpack: (bytes) => sealed(() => new Map(entriesOf(decode(bytes)))),
  })
  addExtension({
    Class: BoxedSet,
    type: NUMBER.set,
    pack,
    unpack: (bytes) => sealed(() => new Set(membersOf(decode(bytes)))),
  })
  addExtension({
    Class: BoxedError,
    type: NUMBER.error,
    pack,
    unpack: (bytes) => sealed(() => toError(decode(bytes))),
  })
  for (const type of REFUSED) {
    addExtension({
      type,
      unpack: () => {
        throw badMessage(`an extension of type ${type}`)
      },
    })
  }
}

function write({ parts }: Written, allocate: Allocate): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const { target, position: start } = allocate(length)
  let position = start
  for (const part of parts) {
    target.set(part, position)
    position += part.length
  }
}

/** The bytes of a typed array's extension, `[name, bytes]`, that come before its own. */
export function typedArrayHeader(name: TypedArrayName, bytes: number): Uint8Array {
  const header = Buffer.alloc(8 + name.length + 5)
  const data = 2 + name.length + 5 + bytes
  header[0] = EXT_32
  header.writeUInt32BE(data, 1)
  header[5] = NUMBER.typedArray
  header[6] = ARRAY_OF_2
  header[7] = STRING_OF_0 + name.length
  header.write(name, 8, 'latin1')
  header[8 + name.length] = BIN_32
  header.writeUInt32BE(bytes, 9 + name.length)
  return header
}

function bigIntOf(bytes: Uint8Array): bigint {
  const digits = bytes.length <= MAX_DIGITS + 1 ? Buffer.from(bytes).toString('latin1') : ''
  if (!DIGITS.test(digits)) throw badMessage('an integer')
  return BigInt(digits)
}

function membersOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw badMessage('a set or a map')
  return value as unknown[]
}

function entriesOf(value: unknown): [unknown, unknown][] {
  const entries = membersOf(value)
  if (entries.every((entry) => Array.isArray(entry) && entry.length === 2))
    return entries as [unknown, unknown][]
  throw badMessage('a map')
}
