import { Latency } from '../latency.js'

/** Counts of one receiver's items since it was accepted. An item that was passed over counts as dropped. */
export class OutcomeCounter {
  readonly #first: number
  readonly #latency = new Latency()
  #position: number
  #loaded = 0
  #processed = 0
  #failed = 0
  #unmatched = 0

  /** @param first number of the receiver's first item */
  constructor(first: number) {
    this.#first = first
    this.#position = first
  }

  /** Weight of the parts taken off the lane. */
  get loaded(): number {
    return this.#loaded
  }

  load(weight: number): void {
    this.#loaded += weight
  }

  /** Number after the last item that was processed, has failed, or was passed over. */
  get position(): number {
    return this.#position
  }

  get failed(): number {
    return this.#failed
  }

  /**
   * Begins an item. Earlier items that were not ended count as dropped.
   * @param time of its capture or yield; absent for most items of a batch, since some latencies are enough
   */
  begin(number: number, time?: number): void {
    this.#position = number
    if (time !== undefined) this.measure(time)
  }

  /** Records the latency of an item that the callback gets now. */
  measure(time: number): void {
    this.#latency.record(time)
  }

  end(outcome: 'processed' | 'failed' | 'unmatched'): void {
    this.#position++
    if (outcome === 'processed') this.#processed++
    else if (outcome === 'failed') this.#failed++
    else this.#unmatched++
  }

  /** Passes over all items before this number that were not ended. */
  pass(number: number): void {
    this.#position = Math.max(this.#position, number)
  }

  get counts(): {
    loaded: number
    processed: number
    dropped: number
    failed: number
    unmatched: number
    latencyMs: { p50: number; p99: number } | null
  } {
    const past = this.#position - this.#first
    return {
      loaded: this.#loaded,
      processed: this.#processed,
      dropped: past - this.#processed - this.#failed - this.#unmatched,
      failed: this.#failed,
      unmatched: this.#unmatched,
      latencyMs: this.#latency.summary,
    }
  }
}
