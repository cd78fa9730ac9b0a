import type { BytesKind } from '../../../codec/index.js'
import type { DeliveredRecord } from './delivered-record.js'

/** Complete chunk: one item's bytes, or a batch of values. */
export interface AssembledChunk {
  /** Number of the first item: in the stream, and among the receiver's items, which are all of them. */
  first: number
  item: number
  kind: BytesKind | null
  bytes: Buffer
  time: number
  redelivered: boolean
}

/** Joins the parts of chunks. A chunk that its writer did not complete is skipped: it is stored again, as a whole. */
export class ChunkAssembler {
  #first = -1
  #known = 0
  #bytes: Buffer | undefined
  #redelivered = false

  /** Adds a record. @returns the chunk that it completes */
  add({
    header,
    data,
    redelivered,
  }: Pick<DeliveredRecord, 'header' | 'data' | 'redelivered'>): AssembledChunk | undefined {
    if (header?.what !== 'part') {
      this.#first = -1
      return undefined
    }
    const { first, kind, bytes, offset, time } = header
    const chunk = { first, item: first, kind, time }
    if (data.length === bytes)
      return { ...chunk, redelivered, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength) }
    if (offset === 0) {
      this.#first = first
      this.#known = 0
      this.#bytes = Buffer.allocUnsafeSlow(bytes)
      this.#redelivered = redelivered
    }
    if (first !== this.#first || offset !== this.#known || !this.#bytes) return undefined
    this.#bytes.set(data, offset)
    this.#known += data.length
    this.#redelivered ||= redelivered
    if (this.#known < bytes) return undefined
    const complete = { ...chunk, redelivered: this.#redelivered, bytes: this.#bytes }
    this.#first = -1
    this.#bytes = undefined
    return complete
  }
}
