/** Messages are counted together up to so many bytes, so that the ledger of a large stream stays small. */
const GRANULE = 1024 * 1024
/** What the server keeps with a message besides its payload, about. */
const OVERHEAD = 400
/** Parts of the limit: our accounting differs a little from the server's, so there is room left at the top. */
const MOST_UNDONE = 0.9
const FULL = 0.95
const PRUNED = 0.85

/** Messages up to that sequence, and their bytes together. */
interface Granule {
  last: number
  bytes: number
}

export interface Kept extends Granule {
  /** Sequence of the first message. */
  first: number
}

/**
 * What the stream keeps, as its writer knows it. Retention discards the oldest, so the writer waits rather than let the
 * store grow by what some receiver has not acknowledged: what is discarded has been processed.
 */
export class Backlog {
  readonly #limit: number
  /** What is done, oldest first, and after it what is not. */
  readonly #done: Granule[] = []
  readonly #undone: Granule[] = []
  #kept = 0
  #waiting = 0

  /** @param limit the store's most bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  static cost(length: number): number {
    return length + OVERHEAD
  }

  add(sequence: number, cost: number): void {
    this.#kept += cost
    this.#waiting += cost
    const latest = this.#undone.at(-1)
    if (latest && latest.bytes < GRANULE) {
      latest.last = sequence
      latest.bytes += cost
    } else {
      this.#undone.push({ last: sequence, bytes: cost })
    }
  }

  /** What was there before, and nobody needs. Only its sum is known; it is taken for even. */
  addDone({ first, last, bytes }: Kept): void {
    const count = Math.min(last - first + 1, Math.ceil(bytes / GRANULE))
    for (let n = 1; n <= count; n++) {
      this.#done.push({
        last: first + Math.floor(((last - first + 1) * n) / count) - 1,
        bytes: bytes / count,
      })
    }
    this.#kept += bytes
  }

  /** Everything up to that sequence is acknowledged by all. */
  release(sequence: number): void {
    for (let oldest = this.#undone[0]; oldest && oldest.last <= sequence; oldest = this.#undone[0]) {
      this.#waiting -= oldest.bytes
      this.#done.push(oldest)
      this.#undone.shift()
    }
  }

  hasRoom(cost: number): boolean {
    return this.#waiting === 0 || this.#waiting + cost <= this.#limit * MOST_UNDONE
  }

  /** Whether one item of that cost could ever be kept. */
  canHold(cost: number): boolean {
    return cost <= this.#limit * MOST_UNDONE
  }

  /**
   * Before the stream is full: the sequence below which all is done and may go, to make room for a good while. For each
   * message that it discards on its own the server reads its files; of many at a time it deletes the files.
   */
  prune(): number | undefined {
    if (this.#kept <= this.#limit * FULL) return undefined
    let last: number | undefined
    for (let oldest = this.#done[0]; oldest && this.#kept > this.#limit * PRUNED; oldest = this.#done[0]) {
      this.#kept -= oldest.bytes
      last = oldest.last
      this.#done.shift()
    }
    return last === undefined ? undefined : last + 1
  }
}
