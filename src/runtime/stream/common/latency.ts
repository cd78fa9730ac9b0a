import { createHistogram } from 'node:perf_hooks'

/** Present time in milliseconds since 1970, with a fraction, as frames carry it. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}

/** Percentiles of latencies, from a histogram (HdrHistogram, in Node) in microseconds. */
export class Latency {
  readonly #histogram = createHistogram()

  /** @param since time of capture or yield, in milliseconds since 1970; another host's clock may be off */
  record(since: number): void {
    this.#histogram.record(Math.max(1, Math.round((now() - since) * 1000)))
  }

  get summary(): { p50: number; p99: number } | null {
    if (this.#histogram.count === 0) return null
    const ms = (percentile: number): number => Math.round(this.#histogram.percentile(percentile)) / 1000
    return { p50: ms(50), p99: ms(99) }
  }
}
