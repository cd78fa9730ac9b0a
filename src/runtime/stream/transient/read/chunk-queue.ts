import type { Delivery } from '../../../core/stream/stream-options.js'
import { itemOf, type Part } from '../../protocol/messages.js'
import type { IncomingChunk } from '../../protocol/incoming-chunk.js'

/**
 * Chunks that were announced and are not being loaded yet, in order. Lossless: every chunk, each part once. Live: the
 * newest chunks, of a limited number of items.
 */
export class ChunkQueue {
  readonly #delivery: Delivery
  #queue: IncomingChunk[] = []
  #last: IncomingChunk | undefined
  #next: number

  /** @param first number of the receiver's first item */
  constructor(delivery: Delivery, first: number) {
    this.#delivery = delivery
    this.#next = first
  }

  /** Adds an announced part. False for a part that is known or out of order; it will be announced again. */
  add(part: Part): boolean {
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
    const { first, count, kind, bytes, time, origin, key } = part
    this.#last = {
      first,
      count,
      item: itemOf(part),
      kind,
      bytes,
      time,
      origin,
      key,
      parts: [part],
      complete: part.length === bytes,
      abandoned: false,
    }
    this.#next = first + count
    this.#queue.push(this.#last)
    return true
  }

  /** Live: drops the oldest chunks until at most `limit` items are left, but keeps the newest chunk. */
  trim(limit: number): void {
    this.#queue = this.#queue.filter((each) => !each.abandoned)
    let items = this.#queue.reduce((sum, each) => sum + each.count, 0)
    while (this.#queue.length > 1 && items > limit) items -= this.#queue.shift()?.count ?? 0
  }

  /** Live: passes over the items before this number that are not announced yet, since they will not be. */
  skip(number: number): void {
    if (number <= this.#next) return
    this.close()
    this.#next = number
  }

  /** Gives the chunk up whose parts are not all known, since the others will not be added. */
  close(): void {
    if (this.#last && !this.#last.complete) this.#last.abandoned = true
  }

  take(): IncomingChunk | undefined {
    return this.#queue.shift()
  }

  get empty(): boolean {
    return this.#queue.length === 0
  }

  /** Number of the first item that waits; of the next to be announced when none does. */
  get oldest(): number {
    return this.#queue[0]?.first ?? this.#next
  }

  /** Number after the last announced item. */
  get next(): number {
    return this.#next
  }

  /** Whether all parts of the last announced chunk are known. */
  get complete(): boolean {
    return this.#last?.complete ?? true
  }
}
