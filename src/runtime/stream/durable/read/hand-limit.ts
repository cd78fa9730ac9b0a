import { MIB } from '../../../core/bytes.js'

/** Chunks in hand in any case: one in the callback, and one that is ready when it returns. */
export const LEAST_IN_HAND = 2
const MOST_IN_HAND = 128
/** Work that may be in hand, by the time that the callback takes; a chunk that takes as long shows that it is slow. */
const WORK_MS = 50
/** Bytes that may be in hand, each chunk being as large as the largest so far. */
const BYTES_IN_HAND = 16 * MIB
/** Chunks over which the time of the callback is averaged. */
const AVERAGED = 4

/**
 * Limit of the chunks that a receiver has in hand. While the callback is quick there are many, since each round trip to the
 * server costs more than it does; when it turns slow there are two, so that other receivers get the rest.
 */
export class HandLimit {
  readonly #onSlow: () => void
  /** Average time of a chunk in the callback, in milliseconds: it is slow until it has shown that it is quick. */
  #averageMs = WORK_MS
  #largest = 0
  /** Time when the chunk began that is in the callback. */
  #began: number | undefined
  #watch: NodeJS.Timeout | undefined

  /** @param onSlow called when a chunk takes so long that there are too many in hand, also while it is in the callback */
  constructor(onSlow: () => void) {
    this.#onSlow = onSlow
  }

  get value(): number {
    const byTime = Math.floor(WORK_MS / this.#averageMs)
    const byBytes = Math.floor(BYTES_IN_HAND / Math.max(1, this.#largest))
    return Math.max(LEAST_IN_HAND, Math.min(MOST_IN_HAND, byTime, byBytes))
  }

  /** Notes the size of a chunk. */
  onBytes(bytes: number): void {
    this.#largest = Math.max(this.#largest, bytes)
  }

  /** Notes that the callback gets a chunk. */
  begin(): void {
    this.#began = performance.now()
    if (this.value > LEAST_IN_HAND) this.#watch ??= setTimeout(() => this.#look(), WORK_MS)
  }

  /** Notes that the callback has returned. */
  end(): void {
    if (this.#began !== undefined) this.#adopt(performance.now() - this.#began)
    this.#began = undefined
  }

  close(): void {
    clearTimeout(this.#watch)
  }

  #look(): void {
    this.#watch = undefined
    if (this.#began === undefined) return
    const ms = performance.now() - this.#began
    if (ms < WORK_MS) this.#watch = setTimeout(() => this.#look(), WORK_MS - ms)
    else this.#adopt(ms)
  }

  #adopt(ms: number): void {
    const isSlow = ms >= WORK_MS
    this.#averageMs = isSlow ? WORK_MS : this.#averageMs + (ms - this.#averageMs) / AVERAGED
    if (isSlow) this.#onSlow()
  }
}
