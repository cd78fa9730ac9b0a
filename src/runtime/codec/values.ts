import { NUMBER, type TypedArrayName } from './extensions.js'
import type { EncodedItem } from './item.js'

const HEADER_BYTES = 5
/** Formats of the MessagePack specification. */
const ARRAY_32 = 0xdd
const ARRAY_OF_2 = 0x92
const STRING_OF_0 = 0xa0
const BIN_32 = 0xc6
const EXT_32 = 0xc9
const UINT_8 = 0xcc
const UINT_16 = 0xcd
const UINT_32 = 0xce
const INT_32 = 0xd2
/** A format, a length of 32 bits, and of an extension its number. */
const BIN_HEADER = 5
const EXT_HEADER = 6
/** Of one integer here. */
const MOST_INTEGER_BYTES = 5

/** Values as one MessagePack array, written one after the other into memory that is given away when it is taken. */
export class ValuesWriter {
  readonly #usual: number
  #buffer: Buffer | undefined
  #end = HEADER_BYTES
  #count = 0

  /** @param usual bytes that the values have most of the time */
  constructor(usual: number) {
    this.#usual = usual
  }

  get count(): number {
    return this.#count
  }

  /** Of the values so far. */
  get bytes(): number {
    return this.#end - HEADER_BYTES
  }

  /** A copy of the item. Bytes get a header that says what they are; frames cannot be values. */
  add({ kind, bytes }: EncodedItem): void {
    if (kind === undefined) this.#append(bytes)
    else if (kind[0] === 'buffer') this.#addBin(bytes)
    else this.#addTypedArray(kind[0] === 'array' ? kind[1] : 'Uint8Array', bytes)
    this.#count++
  }

  /** Integers of up to 32 bits need no encoder: false for anything else. */
  addInteger(value: unknown): boolean {
    if (typeof value !== 'number') return false
    if (value >>> 0 !== value && (value | 0) !== value) return false
    const buffer = this.#room(MOST_INTEGER_BYTES)
    if (value < 0) this.#write(buffer, INT_32, value, 4)
    else if (value < 0x80) buffer[this.#end++] = value
    else if (value < 0x100) this.#write(buffer, UINT_8, value, 1)
    else if (value < 0x10000) this.#write(buffer, UINT_16, value, 2)
    else this.#write(buffer, UINT_32, value, 4)
    this.#count++
    return true
  }

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

  /** The extension of docs/protocol.md, `[name, bytes]`; msgpackr would copy the bytes twice more. */
  #addTypedArray(name: TypedArrayName, bytes: Uint8Array): void {
    const buffer = this.#room(EXT_HEADER + 2 + name.length)
    this.#write(buffer, EXT_32, 2 + name.length + BIN_HEADER + bytes.length, 4)
    buffer[this.#end++] = NUMBER.typedArray
    buffer[this.#end++] = ARRAY_OF_2
    buffer[this.#end++] = STRING_OF_0 + name.length
    this.#end += buffer.write(name, this.#end, 'latin1')
    this.#addBin(bytes)
  }

  #write(buffer: Buffer, format: number, value: number, bytes: 1 | 2 | 4): void {
    buffer[this.#end++] = format
    for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) buffer[this.#end++] = value >>> shift
  }

  #room(bytes: number): Buffer {
    const buffer = (this.#buffer ??= Buffer.allocUnsafeSlow(HEADER_BYTES + this.#usual + 1024))
    if (buffer.length - this.#end >= bytes) return buffer
    this.#buffer = Buffer.allocUnsafeSlow(2 * (this.#end + bytes))
    buffer.copy(this.#buffer, 0, 0, this.#end)
    return this.#buffer
  }
}
