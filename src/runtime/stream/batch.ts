import { valuesPayload } from '../codec/index.js'
import type { BytesKind } from '../codec/index.js'

/** What travels as one: the bytes of one item, or a batch of small values. */
export interface Chunk {
  /** Number of the first item. */
  first: number
  /** Items. */
  count: number
  kind: BytesKind | null
  bytes: Uint8Array
  /** When the first item was captured or yielded, in milliseconds since the epoch. */
  time: number
}

const BATCH_BYTES = 128 * 1024

/** Packs small values together. */
export class Batch {
  #values: Uint8Array[] = []
  #bytes = 0
  #first = 0
  #time = 0

  add(number: number, value: Uint8Array, time: number): void {
    if (this.#values.length === 0) {
      this.#first = number
      this.#time = time
    }
    this.#values.push(value)
    this.#bytes += value.length
  }

  get empty(): boolean {
    return this.#values.length === 0
  }

  get full(): boolean {
    return this.#bytes >= BATCH_BYTES
  }

  /** Number of the first value; only when not empty. */
  get first(): number {
    return this.#first
  }

  take(): Chunk {
    const chunk: Chunk = {
      first: this.#first,
      count: this.#values.length,
      kind: null,
      bytes: valuesPayload(this.#values, this.#bytes),
      time: this.#time,
    }
    this.#values = []
    this.#bytes = 0
    return chunk
  }
}
