import { ValuesWriter, type BytesKind, type EncodedItem } from '../../../codec/index.js'
import type { Lane } from '../../../core/summary.js'
import type { Assignment } from '../../protocol/messages.js'

/** What travels as one: the bytes of one item, or a batch of small values. */
export interface Chunk {
  /** Number of the first item. */
  first: number
  /** Items. */
  count: number
  kind: BytesKind | null
  bytes: Uint8Array
  /** The only receiver, where items are shared; then `first` counts its items alone. */
  share?: Assignment & { lane: Lane }
  /** When the first item was captured or yielded, in milliseconds since the epoch. */
  time: number
}

/** Packs small items together. */
export class Batch {
  readonly #limit: number
  readonly #values: ValuesWriter
  #first = 0
  #time = 0

  /** @param limit bytes of values with which it is full */
  constructor(limit: number) {
    this.#limit = limit
    this.#values = new ValuesWriter(limit)
  }

  add(number: number, item: EncodedItem, time: number): void {
    if (this.empty) {
      this.#first = number
      this.#time = time
    }
    this.#values.add(item)
  }

  /** False when there is no batch yet, or the item is no small integer: then it is to be encoded and added. */
  addInteger(item: unknown): boolean {
    return !this.empty && this.#values.addInteger(item)
  }

  get empty(): boolean {
    return this.#values.count === 0
  }

  get full(): boolean {
    return this.#values.bytes >= this.#limit
  }

  /** Bytes of the values so far. */
  get bytes(): number {
    return this.#values.bytes
  }

  /** Number of the first value; only when not empty. */
  get first(): number {
    return this.#first
  }

  take(): Chunk {
    const { count } = this.#values
    return { first: this.#first, count, kind: null, bytes: this.#values.take(), time: this.#time }
  }
}
