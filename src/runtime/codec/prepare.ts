import { types } from 'node:util'
import { DaffiError } from '../core/errors.js'
import { thrownLine } from '../core/message/error-text.js'
import { asError } from '../core/thrown/read-thrown.js'
import { errorFields } from './error-fields.js'
import { isTypedArrayName, plainBuffer, type TypedArrayName } from './typed-arrays.js'
import {
  BoxedBigInt,
  BoxedError,
  BoxedMap,
  BoxedSet,
  boxedTypedArray,
  MAX_DIGITS,
  negativeZero,
} from './extensions.js'
import { pathIn, type Key } from './value-path.js'

/** Packs a value that is prepared already. */
type Pack = (prepared: unknown) => Uint8Array

/** A value as msgpackr packs it. */
export interface Prepared {
  value: unknown
  /** Bytes of the binary values in it. */
  bytes: number
}

const MAX_DEPTH = 500
const TOO_LARGE = 10n ** BigInt(MAX_DIGITS)
/** Keys of the largest object that msgpackr packs as it is. */
const MAX_KEYS = 0xffff

/**
 * Converts a value to what msgpackr packs as docs/protocol.md says: the same object when nothing in it needs an extension, else
 * a copy with placeholders.
 * @throws DaffiError DAFFI_UNSENDABLE, with the path in the value
 */
export function prepare(value: unknown, what: string, pack: Pack): Prepared {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return { value, bytes: 0 }
    case 'number':
      return { value: value === 0 && Object.is(value, -0) ? negativeZero() : value, bytes: 0 }
    default:
      return new Preparation(what, pack).run(value)
  }
}

/** The preparation of one value. It knows where in the value it is, so that a path is made only when something is refused. */
class Preparation {
  readonly #what: string
  readonly #pack: Pack
  /** The objects that hold the present one, from the outermost on. */
  readonly #holders: object[] = []
  /** Key in each holder of what is looked at in it; undefined for the holder itself. */
  readonly #keys: Key[] = []
  #bytes = 0

  constructor(what: string, pack: Pack) {
    this.#what = what
    this.#pack = pack
  }

  run(value: unknown): Prepared {
    try {
      return { value: this.#walk(value), bytes: this.#bytes }
    } catch (thrown) {
      const error = asError(thrown)
      if (error instanceof DaffiError) throw error
      // What the value's own code has thrown: an accessor, a `toJSON`, a Proxy.
      throw this.#unsendable(`reading it fails: ${thrownLine(error)}`, error)
    }
  }

  #walk(value: unknown): unknown {
    switch (typeof value) {
      case 'number':
        return value === 0 && Object.is(value, -0) ? negativeZero() : value
      case 'bigint':
        return this.#bigInt(value)
      case 'function':
      case 'symbol':
        throw this.#unsendable(`it is a ${typeof value}`)
      case 'object':
        return value === null ? null : this.#object(value)
      default:
        return value
    }
  }

  #bigInt(value: bigint): BoxedBigInt {
    if (value >= TOO_LARGE || value <= -TOO_LARGE)
      throw this.#unsendable(`it is an integer of more than ${MAX_DIGITS} digits`)
    return new BoxedBigInt(Buffer.from(value.toString(), 'latin1'))
  }

  #object(value: object): unknown {
    if (Buffer.isBuffer(value)) {
      const plain = plainBuffer(value)
      this.#bytes += plain.byteLength
      return plain
    }
    const depth = this.#holders.length
    if (depth > 0 && this.#holders.includes(value))
      throw this.#unsendable('it is a cycle: it contains itself')
    if (depth >= MAX_DEPTH) throw this.#unsendable(`it is nested more than ${MAX_DEPTH} deep`)
    this.#enter(value)
    const prepared = Array.isArray(value) ? this.#array(value) : this.#mapping(value)
    this.#holders.pop()
    return prepared
  }

  #enter(holder: object): void {
    this.#keys[this.#holders.length] = undefined
    this.#holders.push(holder)
  }

  #array(array: readonly unknown[]): unknown {
    const depth = this.#holders.length - 1
    let copy: unknown[] | undefined
    for (let index = 0; index < array.length; index++) {
      this.#keys[depth] = index
      const part = array[index]
      if (part === undefined && !(index in array))
        throw this.#unsendable('there is nothing: fill the gaps of the array, with null or undefined')
      const prepared = this.#walk(part)
      if (prepared !== part && !Number.isNaN(part)) (copy ??= [...array])[index] = prepared
    }
    if (copy) return copy
    // msgpackr asks for the constructor, which an array of another realm, or of a class, does not share.
    return array.constructor === Array ? array : [...array]
  }

  #mapping(value: object): unknown {
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = prototype === Object.prototype || prototype === null
    if (!isPlain) {
      const prepared = this.#instance(value)
      if (prepared !== undefined) return prepared
    }
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return this.#converted(value, toJSON as () => unknown)
    return this.#record(value as Record<string, unknown>, isPlain || isPlainElsewhere(prototype))
  }

  /** An object of a class that the protocol knows, prepared; undefined for any other. */
  #instance(value: object): unknown {
    if (ArrayBuffer.isView(value)) return this.#typedArray(value)
    if (types.isDate(value)) {
      this.#hasNoFields(value, 'a Date')
      const time = Date.prototype.getTime.call(value)
      if (Number.isNaN(time)) throw this.#unsendable('it is an invalid Date')
      return value.constructor === Date ? value : new Date(time)
    }
    if (types.isMap(value)) {
      this.#hasNoFields(value, 'a Map')
      return new BoxedMap(this.#pack(this.#entries(value)))
    }
    if (types.isSet(value)) {
      this.#hasNoFields(value, 'a Set')
      return new BoxedSet(this.#pack(this.#members(value)))
    }
    if (types.isNativeError(value) || value instanceof Error)
      return new BoxedError(this.#pack(this.#record(this.#errorFields(value), true)))
    if (types.isArrayBuffer(value)) return this.#boxed('ArrayBuffer', new Uint8Array(value))
    if (types.isPromise(value) || typeof (value as { then?: unknown }).then === 'function')
      throw this.#unsendable('it is a promise: await it first')
    return undefined
  }

  /**
   * Refuses properties beside what a value of its kind holds, which would be left out. Not those of arrays and of bytes: to find
   * them, all indexes would be listed; and results of regular expressions are such arrays.
   */
  #hasNoFields(value: object, kind: string): void {
    const [field] = Object.keys(value)
    if (field === undefined) return
    this.#keys[this.#holders.length - 1] = field
    throw this.#unsendable(
      `it is a property of ${kind}, which has none where it arrives; send both in an object`,
    )
  }

  #typedArray(value: ArrayBufferView): object {
    const name = nameOf(value)
    if (!isTypedArrayName(name)) throw this.#unsendable(`it is a ${name}`)
    return this.#boxed(name, new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  }

  #boxed(name: TypedArrayName, bytes: Uint8Array): object {
    this.#bytes += bytes.length
    return boxedTypedArray(name, bytes)
  }

  #entries(map: ReadonlyMap<unknown, unknown>): unknown[] {
    const depth = this.#holders.length - 1
    let at = 0
    const part = (value: unknown): unknown => {
      this.#keys[depth] = at++
      return this.#walk(value)
    }
    return Array.from(map, ([key, value]) => [part(key), part(value)])
  }

  #members(set: ReadonlySet<unknown>): unknown[] {
    const depth = this.#holders.length - 1
    return Array.from(set, (member, index) => {
      this.#keys[depth] = index
      return this.#walk(member)
    })
  }

  #errorFields(error: Error): Record<string, unknown> {
    const fields = errorFields(error)
    for (const name of ['name', 'message'] as const) {
      if (typeof fields[name] === 'string') continue
      this.#keys[this.#holders.length - 1] = name
      throw this.#unsendable(`the ${name} of an error must be text`)
    }
    return fields
  }

  /** Prepares what an object's own `toJSON` gives in its place. As with JSON, the `toJSON` of that is not called. */
  #converted(value: object, toJSON: () => unknown): unknown {
    this.#keys[this.#holders.length - 1] = 'toJSON()'
    const json: unknown = toJSON.call(value)
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return this.#walk(json)
    const prototype: unknown = Object.getPrototypeOf(json)
    if (json !== value) this.#enter(json)
    const prepared =
      this.#instance(json) ?? this.#record(json as Record<string, unknown>, isPlainElsewhere(prototype))
    if (json !== value) this.#holders.pop()
    return prepared
  }

  #record(record: Record<string, unknown>, isPlain: boolean): unknown {
    const depth = this.#holders.length - 1
    const keys = Object.keys(record)
    if (Symbol.iterator in record || Symbol.asyncIterator in record)
      throw this.#unsendable('it is an iterator: send its items with STREAM, or spread them into an array')
    if (!isPlain && isOpaque(record, keys))
      throw this.#unsendable(`it is a ${nameOf(record)}, of which nothing would arrive`)
    // msgpackr looks at the constructor, and has a limit of keys; a Map is packed as a map, whatever its keys.
    const asMap = record['constructor'] !== Object || keys.length > MAX_KEYS
    let copy: Map<string, unknown> | undefined = asMap ? new Map() : undefined
    for (const [index, key] of keys.entries()) {
      this.#keys[depth] = key
      const part = record[key]
      const prepared = this.#walk(part)
      if (!copy && prepared !== part && !Number.isNaN(part))
        copy = new Map(keys.slice(0, index).map((each) => [each, record[each]]))
      copy?.set(key, prepared)
    }
    for (const symbol of Object.getOwnPropertySymbols(record)) {
      if (!Object.prototype.propertyIsEnumerable.call(record, symbol)) continue
      this.#keys[depth] = String(symbol)
      throw this.#unsendable('its key is a symbol')
    }
    return copy ?? record
  }

  #unsendable(why: string, cause?: unknown): DaffiError {
    const path = this.#what + pathIn(this.#holders, this.#keys)
    return new DaffiError('DAFFI_UNSENDABLE', `${path} cannot be sent: ${why}`, { cause })
  }
}

/** Whether a prototype is null, or the `Object.prototype` of any realm. */
function isPlainElsewhere(prototype: unknown): boolean {
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Whether an object of a class keeps what it is outside of its own fields: they are none, or the class is one of the platform. */
function isOpaque(value: object, keys: readonly string[]): boolean {
  const known = (globalThis as Record<string, unknown>)[tagOf(value)]
  return keys.length === 0 || (typeof known === 'function' && known !== Object && value instanceof known)
}

/** Name of an object's kind, or of its class when it is of no kind of its own. */
function nameOf(value: object): string {
  const tag = tagOf(value)
  if (tag !== 'Object') return tag
  const { constructor } = value as { constructor?: { name?: unknown } }
  return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'class'
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
