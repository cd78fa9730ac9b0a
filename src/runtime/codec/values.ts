import { typedArrayHeader } from './extensions.js'
import type { EncodedItem } from './item.js'
import type { TypedArrayName } from './typed-arrays.js'

const HEADER_BYTES = 5
/** Format bytes of the MessagePack specification. */
const ARRAY_32 = 0xdd
const BIN_32 = 0xc6
const UINT_8 = 0xcc
const UINT_16 = 0xcd
const UINT_32 = 0xce
const INT_32 = 0xd2
/** Format byte and length of 32 bits. */
const BIN_HEADER = 5
/** Longest encoding of an integer that `addInteger` writes. */
const MAX_INTEGER_BYTES = 5

/** Writes values one after the other into one MessagePack array. `take` hands its memory over, so nothing is copied. */
export class ValuesWriter {
  readonly #usual: number
  #buffer: Buffer | undefined
  #end = HEADER_BYTES
  #count = 0

  /** @param usual size in bytes that most arrays have, for which memory is allocated at once */
  constructor(usual: number) {
    this.#usual = usual
  }

  get count(): number {
    return this.#count
  }

  /** Size of the values so far, in bytes. */
  get bytes(): number {
    return this.#end - HEADER_BYTES
  }

  /** Appends a copy of the item. Raw bytes get a header with their type. Frames cannot be added. */
  add({ kind, bytes }: EncodedItem): void {
    if (kind === undefined) this.#append(bytes)
    else if (kind[0] === 'buffer') this.#addBin(bytes)
    else this.#addTypedArray(kind[0] === 'array' ? kind[1] : 'Uint8Array', bytes)
    this.#count++
  }

  /** Appends an integer of up to 32 bits without the encoder; gives false, and appends nothing, for any other value, -0 among them. */
  addInteger(value: unknown): boolean {
    if (typeof value !== 'number') return false
    if (value >>> 0 !== value && (value | 0) !== value) return false
    if (value === 0 && Object.is(value, -0)) return false
    const buffer = this.#room(MAX_INTEGER_BYTES)
    if (value < 0) this.#write(buffer, INT_32, value, 4)
    else if (value < 0x80) buffer[this.#end++] = value
    else if (value < 0x100) this.#write(buffer, UINT_8, value, 1)
    else if (value < 0x10000) this.#write(buffer, UINT_16, value, 2)
    else this.#write(buffer, UINT_32, value, 4)
    this.#count++
    return true
  }

  /** Gives the array, and starts an empty one. */
  take(): Buffer {
    const buffer = this.#room(0)
    buffer[0] = ARRAY_32
    buffer.writeUInt32BE(this.#count, 1)
    const payload = buffer.subarray(0, this.#end)
    this.#buffer = undefined
    this.#end = HEADER_BYTES
    this.#count = 0
    return payload
  }

  #append(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#end)
    this.#end += bytes.length
  }

  #addBin(bytes: Uint8Array): void {
    this.#write(this.#room(BIN_HEADER), BIN_32, bytes.length, 4)
    this.#append(bytes)
  }

  /** The extension of docs/protocol.md, `[name, bytes]`; msgpackr would copy the bytes two more times. */
  #addTypedArray(name: TypedArrayName, bytes: Uint8Array): void {
    this.#append(typedArrayHeader(name, bytes.length))
    this.#append(bytes)
  }

  #write(buffer: Buffer, format: number, value: number, bytes: 1 | 2 | 4): void {
    buffer[this.#end++] = format
    for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) buffer[this.#end++] = value >>> shift
  }

  #room(bytes: number): Buffer {
    // eslint-disable-next-line no-restricted-syntax -- filled: `take` gives what was written, up to `#end`
    const buffer = (this.#buffer ??= Buffer.allocUnsafeSlow(HEADER_BYTES + this.#usual + 1024))
    if (buffer.length - this.#end >= bytes) return buffer
    // eslint-disable-next-line no-restricted-syntax -- filled, as above
    this.#buffer = Buffer.allocUnsafeSlow(2 * (this.#end + bytes))
    buffer.copy(this.#buffer, 0, 0, this.#end)
    return this.#buffer
  }
}
