import { addExtension } from 'msgpackr'
import { endianness } from 'node:os'
import { DaffiError } from '../core/errors.js'

/**
 * Numbers of the MessagePack extensions, as in docs/protocol.md. Two more come from msgpackr and are portable:
 * 0 is `undefined`, and -1 is MessagePack's timestamp for Date.
 */
export const NUMBER = { bigint: 1, map: 2, set: 3, error: 4, typedArray: 5 } as const

/** Types of extensions that msgpackr knows and the protocol does not have: values that contain themselves, among others. */
const REFUSED = [0x42, 0x62, 0x65, 0x69, 0x70, 0x73, 0x74, 0x78]

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
export class BoxedTypedArray extends Boxed {}

const TYPED_ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const
export type TypedArrayName = keyof typeof TYPED_ARRAYS

export function isTypedArrayName(name: unknown): name is TypedArrayName {
  return typeof name === 'string' && Object.hasOwn(TYPED_ARRAYS, name)
}

/** A typed array over a copy of the bytes, since these may not be aligned. Elements are little-endian in messages. */
export function typedArray(name: TypedArrayName, bytes: Uint8Array): ArrayBufferView {
  const copy = new Uint8Array(bytes)
  return new TYPED_ARRAYS[name](
    copy.buffer,
    0,
    Math.floor(copy.byteLength / TYPED_ARRAYS[name].BYTES_PER_ELEMENT),
  )
}

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
    for (const key of Object.keys(value)) value[key] = opened(value[key])
  }
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** Registers the extensions with msgpackr; `decode` decodes their payloads. */
export function registerExtensions(decode: (bytes: Uint8Array) => unknown): void {
  if (endianness() !== 'LE') throw new Error('daffi runs on little-endian processors only')
  const pack = (box: Boxed): Uint8Array => box.payload
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
  addExtension({
    Class: BoxedTypedArray,
    type: NUMBER.typedArray,
    pack,
    unpack: (bytes) =>
      sealed(() => {
        const [name, data] = membersOf(decode(bytes))
        if (!isTypedArrayName(name) || !(data instanceof Uint8Array)) throw senseless('a typed array')
        return typedArray(name, data)
      }),
  })
  for (const type of REFUSED) {
    addExtension({
      type,
      unpack: () => {
        throw senseless(`an extension of type ${type}`)
      },
    })
  }
}

function senseless(what: string): DaffiError {
  return new DaffiError('DAFFI_BAD_MESSAGE', `${what} is not of the protocol`)
}

function bigIntOf(bytes: Uint8Array): bigint {
  const digits = bytes.length <= MAX_DIGITS + 1 ? Buffer.from(bytes).toString('latin1') : ''
  if (!DIGITS.test(digits)) throw senseless('an integer')
  return BigInt(digits)
}

function membersOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw senseless('a set or a map')
  return value as unknown[]
}

function entriesOf(value: unknown): [unknown, unknown][] {
  const entries = membersOf(value)
  if (entries.every((entry) => Array.isArray(entry) && entry.length === 2))
    return entries as [unknown, unknown][]
  throw senseless('a map')
}

/** The fields of an error that are sent. */
export interface ErrorFields {
  name: string
  message: string
  stack?: string
  code?: unknown
  cause?: unknown
}

export function errorFields(error: Error & { code?: unknown }): ErrorFields {
  const { name, message, stack, code, cause } = error
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause }),
  }
}

function toError(fields: unknown): Error {
  if (typeof fields !== 'object' || fields === null) throw senseless('an error')
  const { name, message, stack, code, cause } = fields as Partial<Record<keyof ErrorFields, unknown>>
  if (typeof name !== 'string' || typeof message !== 'string') throw senseless('an error')
  if (stack !== undefined && typeof stack !== 'string') throw senseless('an error')
  const error = new Error(message, cause === undefined ? undefined : { cause })
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  if (stack !== undefined) error.stack = stack
  return code === undefined ? error : Object.assign(error, { code })
}
