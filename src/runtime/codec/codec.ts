import { Packr, Unpackr } from 'msgpackr'
import { DaffiError } from '../core/errors.js'
import { openSealed, registerExtensions } from './extensions.js'
import { prepare } from './prepare.js'

// Without msgpackr's record extensions, so that MessagePack libraries of other languages can read the messages.
const packr = new Packr({ useRecords: false, moreTypes: false })
const unpackr = new Unpackr({
  useRecords: false,
  moreTypes: false,
  structuredClone: false,
  int64AsType: 'bigint',
})
// The definitions of records in a message are added here: so there can be none.
Object.assign(unpackr, { structures: Object.freeze([]) })

registerExtensions(decode)

/**
 * Encodes a value as MessagePack, with the extensions listed in docs/protocol.md.
 * @param what name of the value, for error messages
 * @throws DaffiError DAFFI_UNSENDABLE, with the path in the value, for a function, a symbol, a promise or a circular reference
 */
export function encode(value: unknown, what = 'the value'): Buffer {
  return packr.pack(prepare(value, what, encode))
}

/**
 * Encodes several values as one MessagePack array.
 * @param whatOf gives the name of a value by its index, for error messages
 */
export function encodeAll(values: readonly unknown[], whatOf: (index: number) => string): Buffer {
  return packr.pack(values.map((value, index) => prepare(value, whatOf(index), encode)))
}

/**
 * Decodes a value.
 * @throws DaffiError DAFFI_BAD_MESSAGE when the bytes are not MessagePack
 */
export function decode(bytes: Uint8Array): unknown {
  try {
    return openSealed(unpackr.unpack(asBuffer(bytes)))
  } catch (cause) {
    throw new DaffiError('DAFFI_BAD_MESSAGE', `a message of ${bytes.length} bytes is not MessagePack`, {
      cause,
    })
  }
}

/** A Buffer over the same memory. msgpackr unpacks binary values into the class of its input, and NATS.js gives a message that arrived in pieces as a Uint8Array. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
