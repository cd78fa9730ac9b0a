import { MIB } from '../../../core/bytes.js'

/** Chunks in hand in any case, for each item that the callback gets at once: one in it, and one that is ready for the next. */
const LEAST_IN_HAND = 2
const MOST_IN_HAND = 128
/** Work that may be in hand, by the average time of a chunk in the callback; a longer one counts as so much. */
const WORK_MS = 50
/** Work that is handed back, and time after which a chunk in the callback is taken for one that goes on. */
const TOO_LONG_MS = 250
/** Bytes that may be in hand, each chunk being as large as the largest so far. */
const BYTES_IN_HAND = 16 * MIB
/** Chunks over which the time is averaged: one that a busy machine holds up does not show that the callback is slow. */
const AVERAGED = 32

/**
 * Limit of the chunks that a receiver has in hand. While the callback is quick there are many, since each round trip to the
 * server costs more than it does; when it turns slow there are two, and other receivers get the rest. A callback that gets
 * groups of items always has two groups in hand: each round trip brings it a whole one.
 */
export class HandLimit {
  readonly #groupSize: () => number | undefined
  readonly #onStuck: () => void
  /** Average time of a chunk, and the number of those that it is of. */
  #averageMs = 0
  #measured = 0
  #largest = 0
  /** Time when the chunk began that is in the callback. */
  #began: number | undefined
  #isStuck = false
  #watch: NodeJS.Timeout | undefined

  /**
   * @param groupSize gives the number of items of a group; undefined while the callback gets one item at a time
   * @param onStuck called when a chunk takes too long, while it is in the callback or, if that blocks, afterwards
   */
  constructor(groupSize: () => number | undefined, onStuck: () => void) {
    this.#groupSize = groupSize
    this.#onStuck = onStuck
  }

  /** Chunks that may be in hand in any case. */
  get least(): number {
    return LEAST_IN_HAND * (this.#groupSize() ?? 1)
  }

  /** Chunks that may be in hand. A callback has to show that it is quick: each chunk allows for one more. */
  get value(): number {
    if (this.#groupSize() !== undefined) return this.least
    const byTime = this.#averageMs === 0 ? Infinity : Math.floor(WORK_MS / this.#averageMs)
    const byBytes = this.#largest === 0 ? Infinity : Math.floor(BYTES_IN_HAND / this.#largest)
    const shown = LEAST_IN_HAND + this.#measured
    return Math.max(LEAST_IN_HAND, Math.min(MOST_IN_HAND, shown, byTime, byBytes))
  }

  /** Whether a chunk is in the callback that takes too long. */
  get isStuck(): boolean {
    return this.#isStuck
  }

  /** Whether the callback is too slow for so many chunks that wait. */
  isTooMuch(waiting: number): boolean {
    return this.#averageMs * waiting >= TOO_LONG_MS
  }

  /** Notes the size of a chunk. */
  onBytes(bytes: number): void {
    this.#largest = Math.max(this.#largest, bytes)
  }

  /** Notes that the callback gets a chunk. One that only joins a group shows nothing. */
  begin(): void {
    if (this.#groupSize() !== undefined) return
    this.#began = performance.now()
    if (this.value > LEAST_IN_HAND) this.#watch ??= setTimeout(() => this.#look(), TOO_LONG_MS)
  }

  /** Notes that the callback has returned. */
  end(): void {
    if (this.#began === undefined) return
    const ms = performance.now() - this.#began
    this.#began = undefined
    if (ms >= TOO_LONG_MS && !this.#isStuck) this.#stick()
    this.#isStuck = false
    this.#measured++
    this.#averageMs += (Math.min(ms, WORK_MS) - this.#averageMs) / Math.min(this.#measured, AVERAGED)
  }

  close(): void {
    clearTimeout(this.#watch)
  }

  #look(): void {
    this.#watch = undefined
    if (this.#began === undefined) return
    const ms = performance.now() - this.#began
    if (ms < TOO_LONG_MS) this.#watch = setTimeout(() => this.#look(), TOO_LONG_MS - ms)
    else this.#stick()
  }

  #stick(): void {
    this.#isStuck = true
    this.#measured = 0
    this.#averageMs = 0
    this.#onStuck()
  }
}
