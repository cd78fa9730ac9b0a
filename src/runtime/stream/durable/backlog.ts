/** Messages are counted together up to so many bytes, so that the ledger of a large stream stays small. */
const GRANULE = 1024 * 1024
/** What the server keeps with a message besides its payload, about. */
const OVERHEAD = 400

/**
 * Bytes that are stored and that some receiver has not acknowledged. Retention discards the oldest, so the writer waits
 * rather than let a store grow beyond it: what is discarded has been processed.
 */
export class Backlog {
  readonly #limit: number
  readonly #granules: { last: number; bytes: number }[] = []
  #bytes = 0

  /** @param limit the store's most bytes */
  constructor(limit: number) {
    // Room for the server's own accounting, which differs a little from ours.
    this.#limit = limit * 0.9
  }

  static cost(length: number): number {
    return length + OVERHEAD
  }

  add(sequence: number, cost: number): void {
    this.#bytes += cost
    const latest = this.#granules.at(-1)
    if (latest && latest.bytes < GRANULE) {
      latest.last = sequence
      latest.bytes += cost
    } else {
      this.#granules.push({ last: sequence, bytes: cost })
    }
  }

  /** Everything up to that sequence is acknowledged by all. */
  release(sequence: number): void {
    let oldest = this.#granules[0]
    while (oldest && oldest.last <= sequence) {
      this.#bytes -= oldest.bytes
      this.#granules.shift()
      oldest = this.#granules[0]
    }
  }

  hasRoom(cost: number): boolean {
    return this.#bytes === 0 || this.#bytes + cost <= this.#limit
  }

  /** Whether one item of that cost could ever be kept. */
  canHold(cost: number): boolean {
    return cost <= this.#limit
  }
}
