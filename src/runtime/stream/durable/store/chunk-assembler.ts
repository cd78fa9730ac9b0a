import type { BytesKind } from '../../../codec/index.js'
import type { Delivered } from './delivered-record.js'

/** A whole chunk: one item's bytes, or a batch of values. */
export interface WholeChunk {
  first: number
  kind: BytesKind | null
  bytes: Buffer
  time: number
  redelivered: boolean
}

/** Puts the parts of a chunk together. One that its writer did not finish is left aside: it is stored again, whole. */
export class Joining {
  #first = -1
  #known = 0
  #bytes: Buffer | undefined
  #redelivered = false

  /** The chunk that this message completes. */
  add({ mark, data, redelivered }: Pick<Delivered, 'mark' | 'data' | 'redelivered'>): WholeChunk | undefined {
    if (mark?.what !== 'part') {
      this.#first = -1
      return undefined
    }
    const { first, kind, bytes, offset, time } = mark
    if (data.length === bytes) {
      return {
        first,
        kind,
        time,
        redelivered,
        bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      }
    }
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
    const whole = { first, kind, time, redelivered: this.#redelivered, bytes: this.#bytes }
    this.#first = -1
    this.#bytes = undefined
    return whole
  }
}
