import { Latency } from '../latency.js'

/** What became of a receiver's items since it was accepted. What was passed over counts as dropped. */
export class Tally {
  readonly #first: number
  readonly #latency = new Latency()
  #position: number
  #loaded = 0
  #processed = 0
  #failed = 0

  constructor(first: number) {
    this.#first = first
    this.#position = first
  }

  /** Cost of the parts taken off the lane. */
  get loaded(): number {
    return this.#loaded
  }

  load(cost: number): void {
    this.#loaded += cost
  }

  /**
   * An item is about to be processed; those before it have been, or never will be.
   * @param time when it was captured or yielded; absent for one of many small items, of whose latencies some are enough
   */
  begin(number: number, time?: number): void {
    this.#position = number
    if (time !== undefined) this.#latency.record(time)
  }

  end(outcome: 'processed' | 'failed'): void {
    this.#position++
    if (outcome === 'processed') this.#processed++
    else this.#failed++
  }

  /** Those before this number have been processed, or never will be. */
  pass(number: number): void {
    this.#position = Math.max(this.#position, number)
  }

  get counts(): {
    loaded: number
    processed: number
    dropped: number
    failed: number
    latencyMs: { p50: number; p99: number } | null
  } {
    const past = this.#position - this.#first
    return {
      loaded: this.#loaded,
      processed: this.#processed,
      dropped: past - this.#processed - this.#failed,
      failed: this.#failed,
      latencyMs: this.#latency.summary,
    }
  }
}
