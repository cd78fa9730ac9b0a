import { Packr } from 'msgpackr'
import { DaffiError } from '../core/errors.js'
import { openSealed, registerExtensions } from './extensions.js'
import { prepare } from './prepare.js'

// No record extensions: what travels is MessagePack that any language's library reads.
const packr = new Packr({ useRecords: false, moreTypes: false, int64AsType: 'bigint' })

registerExtensions(decode)

/**
 * A value as MessagePack, with the numbered extensions of docs/protocol.md.
 * @throws DaffiError DAFFI_UNSENDABLE, naming `what` and the path in it, for a function, a symbol, a promise or a cycle
 */
export function encode(value: unknown, what = 'the value'): Buffer {
  return packr.pack(prepare(value, what, encode))
}

/**
 * Several values as an array of MessagePack.
 * @param whatOf names a value, by its place, in what `encode` throws
 */
export function encodeAll(values: readonly unknown[], whatOf: (index: number) => string): Buffer {
  return packr.pack(values.map((value, index) => prepare(value, whatOf(index), encode)))
}

/** @throws DaffiError DAFFI_BAD_MESSAGE when the bytes are no MessagePack */
export function decode(bytes: Uint8Array): unknown {
  try {
    return openSealed(packr.unpack(asBuffer(bytes)))
  } catch (cause) {
    throw new DaffiError('DAFFI_BAD_MESSAGE', `a message of ${bytes.length} bytes is not MessagePack`, {
      cause,
    })
  }
}

/** Bytes in a value are of the kind that they are unpacked from, and NATS.js gives a message that came in pieces as no Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
