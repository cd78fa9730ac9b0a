import { types } from 'node:util'
import { DaffiError } from '../core/errors.js'
import {
  BoxedBigInt,
  BoxedError,
  BoxedMap,
  BoxedSet,
  BoxedTypedArray,
  errorFields,
  MAX_DIGITS,
  isTypedArrayName,
} from './extensions.js'

type Encode = (value: unknown, what: string) => Uint8Array

const MAX_DEPTH = 500
const TOO_LARGE = 10n ** BigInt(MAX_DIGITS)

/**
 * Converts a value to what msgpackr can pack: the same object when nothing in it needs an extension, else a copy with
 * placeholders.
 * @throws DaffiError DAFFI_UNSENDABLE, with the path in the value
 */
export function prepare(value: unknown, what: string, encode: Encode): unknown {
  if (typeof value !== 'object' && typeof value !== 'bigint' && !isUnsendable(value)) return value
  return walk(value, what, encode, [])
}

function walk(value: unknown, path: string, encode: Encode, parents: object[]): unknown {
  if (typeof value === 'bigint') {
    if (value >= TOO_LARGE || value <= -TOO_LARGE)
      throw unsendable(path, `an integer of more than ${MAX_DIGITS} digits`)
    return new BoxedBigInt(Buffer.from(value.toString(), 'ascii'))
  }
  if (isUnsendable(value)) throw unsendable(path, `a ${typeof value}`)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array && !(value instanceof Uint8ClampedArray)) return value
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw unsendable(path, 'an invalid Date')
    return value
  }
  if (parents.includes(value)) throw unsendable(path, 'a cycle: it contains itself')
  if (parents.length >= MAX_DEPTH) throw unsendable(path, `nested more than ${MAX_DEPTH} deep`)

  parents.push(value)
  try {
    return walkObject(value, path, encode, parents)
  } finally {
    parents.pop()
  }
}

function walkObject(value: object, path: string, encode: Encode, parents: object[]): unknown {
  const inner = (part: unknown, at: string): unknown => walk(part, `${path}${at}`, encode, parents)
  if (Array.isArray(value)) return mapArray(value, (part, index) => inner(part, `[${index}]`))
  if (value instanceof Map) {
    const entries = [...value].map(([key, part], n) => [
      inner(key, `.keys()[${n}]`),
      inner(part, `.values()[${n}]`),
    ])
    return new BoxedMap(encode(entries, path))
  }
  if (value instanceof Set) {
    return new BoxedSet(
      encode(
        [...value].map((part, n) => inner(part, `.values()[${n}]`)),
        path,
      ),
    )
  }
  if (types.isNativeError(value) || value instanceof Error) {
    return new BoxedError(encode(inner(errorFields(value), ''), path))
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (ArrayBuffer.isView(value)) {
    const name = value.constructor.name
    if (!isTypedArrayName(name)) throw unsendable(path, `a ${name}`)
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    return new BoxedTypedArray(encode([name, bytes], path))
  }
  if (types.isPromise(value)) throw unsendable(path, 'a promise: await it first')
  if (Symbol.iterator in value || Symbol.asyncIterator in value) {
    throw unsendable(path, 'an iterator: send its items with STREAM, or spread them into an array')
  }
  return mapRecord(value as Record<string, unknown>, (part, key) => inner(part, `.${key}`))
}

function mapArray(array: readonly unknown[], map: (part: unknown, index: number) => unknown): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < array.length; index++) {
    const part = array[index]
    const mapped = map(part, index)
    if (mapped !== part) (copy ??= [...array])[index] = mapped
  }
  return copy ?? array
}

function mapRecord(record: Record<string, unknown>, map: (part: unknown, key: string) => unknown): unknown {
  let copy: Record<string, unknown> | undefined
  for (const [key, part] of Object.entries(record)) {
    const mapped = map(part, key)
    if (mapped !== part) (copy ??= { ...record })[key] = mapped
  }
  return copy ?? record
}

function isUnsendable(value: unknown): boolean {
  return typeof value === 'function' || typeof value === 'symbol'
}

function unsendable(path: string, why: string): DaffiError {
  return new DaffiError('DAFFI_UNSENDABLE', `${path} cannot be sent: it is ${why}`)
}
