const ARRAYS = {
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
/** Name of a kind of bytes that is no Buffer. */
export type TypedArrayName = keyof typeof ARRAYS | 'ArrayBuffer'

export function isTypedArrayName(name: unknown): name is TypedArrayName {
  return typeof name === 'string' && (name === 'ArrayBuffer' || Object.hasOwn(ARRAYS, name))
}

/** A typed array, or an ArrayBuffer, of a copy of the bytes, since these may not be aligned. Elements are little-endian in messages. */
export function typedArray(name: TypedArrayName, bytes: Uint8Array): ArrayBufferView | ArrayBuffer {
  const { buffer } = new Uint8Array(bytes)
  if (name === 'ArrayBuffer') return buffer
  return new ARRAYS[name](buffer, 0, Math.floor(buffer.byteLength / ARRAYS[name].BYTES_PER_ELEMENT))
}

/** Name of the kind of a view, whatever its class is called. */
export function viewName(view: ArrayBufferView): string {
  return Object.prototype.toString.call(view).slice(8, -1)
}

const VIEW = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array

/**
 * A Buffer itself; one over the same memory when it tells another size than it has, by a property of its own or of its class: msgpackr
 * would write that size, and bytes of others' in place of those that are missing.
 */
export function plainBuffer(buffer: Buffer): Buffer {
  const size = Reflect.get(VIEW, 'byteLength', buffer)
  if (buffer.byteLength === size) return buffer
  return Buffer.from(Reflect.get(VIEW, 'buffer', buffer), Reflect.get(VIEW, 'byteOffset', buffer), size)
}
