import type { BytesKind } from '../../../codec/index.js'
import type { Delivery } from '../../../core/plan.js'
import { itemOf, type Part } from '../../protocol/messages.js'

/** A chunk as a receiver knows it: what it is, and the parts it has had word of. */
export interface Arriving {
  first: number
  count: number
  /** The first item's number in the stream. */
  item: number
  kind: BytesKind | null
  bytes: number
  time: number
  parts: Part[]
  complete: boolean
  /** Parts will not come any more: newer chunks are here. */
  abandoned: boolean
}

/**
 * What a receiver has had word of and not yet begun to load, in order. Lossless: everything, each part once.
 * Live: so many items, the newest.
 */
export class Intake {
  readonly #delivery: Delivery
  #queue: Arriving[] = []
  #last: Arriving | undefined
  #next: number

  /** @param first number of the first item that is this receiver's */
  constructor(delivery: Delivery, first: number) {
    this.#delivery = delivery
    this.#next = first
  }

  /** True when the part is news; what was heard before, or comes out of order, is left aside (it will be repeated). */
  hear(part: Part): boolean {
    const last = this.#last
    if (last && !last.complete && last.first === part.first) {
      const known = last.parts.reduce((sum, each) => sum + each.length, 0)
      if (part.offset !== known) return false
      last.parts.push(part)
      last.complete = known + part.length === last.bytes
      return true
    }
    const inOrder =
      this.#delivery === 'live'
        ? part.first >= this.#next
        : part.first === this.#next && (last?.complete ?? true)
    if (!inOrder || part.offset !== 0) return false
    if (last && !last.complete) last.abandoned = true
    const { first, count, kind, bytes, time } = part
    this.#last = {
      first,
      count,
      item: itemOf(part),
      kind,
      bytes,
      time,
      parts: [part],
      complete: part.length === bytes,
      abandoned: false,
    }
    this.#next = first + count
    this.#queue.push(this.#last)
    return true
  }

  /** Live: the newest pushes out the oldest, but for one. */
  trim(most: number): void {
    this.#queue = this.#queue.filter((each) => !each.abandoned)
    let items = this.#queue.reduce((sum, each) => sum + each.count, 0)
    while (this.#queue.length > 1 && items > most) items -= this.#queue.shift()?.count ?? 0
  }

  take(): Arriving | undefined {
    return this.#queue.shift()
  }

  get empty(): boolean {
    return this.#queue.length === 0
  }

  /** Number after the last item heard of. */
  get next(): number {
    return this.#next
  }

  /** Whether the last chunk heard of is there whole. */
  get whole(): boolean {
    return this.#last?.complete ?? true
  }
}
