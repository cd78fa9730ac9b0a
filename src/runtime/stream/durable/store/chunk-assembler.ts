import type { BytesKind } from '../../../codec/index.js'
import type { Origin } from '../../../core/stream/origin.js'
import type { DeliveredRecord } from './delivered-record.js'

/** Complete chunk: one item's bytes, or a batch of values. */
export interface AssembledChunk {
  /** Number of the first item: in the stream, and among the receiver's items, which are all of them. */
  first: number
  item: number
  count: number
  kind: BytesKind | null
  bytes: Buffer
  time: number
  origin?: Origin | true | undefined
  redelivered: boolean
}

/** Joins the parts of chunks. A chunk that its writer did not complete is skipped: it is stored again, as a whole. */
export class ChunkAssembler {
  #first = -1
  #known = 0
  #parts: Uint8Array[] = []
  #redelivered = false

  /** Whether some parts of a chunk have come, and others have not. */
  get isJoining(): boolean {
    return this.#first >= 0
  }

  /** Adds a record. @returns the chunk that it completes */
  add({
    header,
    data,
    redelivered,
  }: Pick<DeliveredRecord, 'header' | 'data' | 'redelivered'>): AssembledChunk | undefined {
    // A message that is not daffi's can stand anywhere.
    if (!header) return undefined
    if (header.what !== 'part') {
      this.#first = -1
      return undefined
    }
    const { first, count, kind, bytes, offset, time, origin } = header
    const chunk = { first, count, item: first, kind, time, origin }
    if (data.length === bytes) {
      this.#first = -1
      return { ...chunk, redelivered, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength) }
    }
    if (offset === 0) {
      this.#first = first
      this.#known = 0
      this.#parts = []
      this.#redelivered = redelivered
    }
    if (first !== this.#first || offset !== this.#known) return undefined
    this.#parts.push(data)
    this.#known += data.length
    this.#redelivered ||= redelivered
    if (this.#known < bytes) return undefined
    const complete = { ...chunk, redelivered: this.#redelivered, bytes: Buffer.concat(this.#parts) }
    this.#first = -1
    this.#parts = []
    return complete
  }
}
