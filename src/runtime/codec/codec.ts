import { Packr, Unpackr } from 'msgpackr'
import { KIB } from '../core/bytes.js'
import { DaffiError, messageOf } from '../core/errors.js'
import { openSealed, registerExtensions } from './extensions.js'
import { prepare, type Prepared } from './prepare.js'
import { mapsToObjects, mayHoldProto } from './proto-keys.js'
import { count } from '../core/text/count.js'

// Without msgpackr's record extensions, so that MessagePack libraries of other languages can read the messages.
const packr = new Packr({ useRecords: false, moreTypes: false })
const OPTIONS = {
  useRecords: false,
  moreTypes: false,
  structuredClone: false,
  int64AsType: 'bigint',
} as const
const unpackr = new Unpackr(OPTIONS)
/** Gives a Map for each object: as objects, msgpackr would rename their key `__proto__`. */
const mapUnpackr = new Unpackr({ ...OPTIONS, mapsAsObjects: false })
// The definitions of records in a message are added here: so there can be none.
for (const each of [unpackr, mapUnpackr]) Object.assign(each, { structures: Object.freeze([]) })

registerExtensions(decode)

/** Bytes of binary values that are packed into memory of their own, the room there for what is around them, and msgpackr's usual memory. */
const LARGE_BYTES = 256 * KIB
const ROOM_BYTES = 16 * KIB
const USUAL_BYTES = 8 * KIB

/**
 * Encodes a value as MessagePack, with the extensions listed in docs/protocol.md.
 * @param what name of the value, for error messages
 * @throws DaffiError DAFFI_UNSENDABLE, with the path in the value, for what would not arrive as it is
 */
export function encode(value: unknown, what = 'the value'): Buffer {
  return packAs(what, prepare(value, what, pack))
}

/**
 * Encodes several values as one MessagePack array.
 * @param whatOf gives the name of a value by its index, for error messages
 * @throws DaffiError DAFFI_UNSENDABLE
 */
export function encodeAll(values: readonly unknown[], whatOf: (index: number) => string): Buffer {
  let bytes = 0
  const value = values.map((each, index) => {
    const prepared = prepare(each, whatOf(index), pack)
    bytes += prepared.bytes
    return prepared.value
  })
  return packAs(values.length === 1 ? whatOf(0) : 'the values', { value, bytes })
}

function pack(prepared: unknown): Buffer {
  return packr.pack(prepared)
}

/** Values that are being packed: an accessor of one may encode another. */
let packing = 0

/** Packs a prepared value. That fails when it is too large, or when an accessor gives something else the second time. */
function packAs(what: string, prepared: Prepared): Buffer {
  packing++
  try {
    return packWhole(prepared)
  } catch (cause) {
    throw new DaffiError('DAFFI_UNSENDABLE', `${what} cannot be sent: ${messageOf(cause)}`, { cause })
  } finally {
    packing--
  }
}

function packWhole({ value, bytes }: Prepared): Buffer {
  // msgpackr has one memory: within another value it must not be replaced.
  if (bytes < LARGE_BYTES || packing > 1) return pack(value)
  // Of its own size: msgpackr would take four times as much, and double that while it finds out.
  useMemory(bytes + ROOM_BYTES)
  try {
    return pack(value)
  } finally {
    // What is packed next must not keep all of that.
    useMemory(USUAL_BYTES)
  }
}

/** Packs what follows into new memory. */
function useMemory(bytes: number): void {
  // eslint-disable-next-line no-restricted-syntax -- only what is packed into it is given
  packr.useBuffer(Buffer.allocUnsafeSlow(bytes))
}

/**
 * Decodes a value.
 * @throws DaffiError DAFFI_BAD_MESSAGE when the bytes are not MessagePack
 */
export function decode(bytes: Uint8Array): unknown {
  const buffer = asBuffer(bytes)
  try {
    const unpacked: unknown = unpackr.unpack(buffer)
    if (!mayHoldProto(buffer, unpacked)) return openSealed(unpacked)
    return openSealed(mapsToObjects(mapUnpackr.unpack(buffer)))
  } catch (cause) {
    throw new DaffiError(
      'DAFFI_BAD_MESSAGE',
      `a message of ${count(bytes.length, 'byte')} is not MessagePack`,
      {
        cause,
      },
    )
  }
}

/** A Buffer over the same memory. msgpackr unpacks binary values into the class of its input, and NATS.js gives a message that arrived in pieces as a Uint8Array. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
