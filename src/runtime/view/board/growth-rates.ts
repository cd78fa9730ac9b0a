import { RecentMap } from '../../core/recent-map.js'
import { Rate } from './rate.js'

/** Counts that are known at once: more than a pipeline has nodes and stages. */
const MAX_COUNTS = 10_000

/** Growth per second of counts that processes report, which begin anew with a process. */
export class GrowthRates {
  readonly #known = new RecentMap<string, { rate: Rate; count: number }>(MAX_COUNTS)

  /** Adds a sample of the count with that key. @returns its growth per second over the last seconds */
  add(key: string, seconds: number, count: number): number {
    const known = this.#known.get(key)
    const rate = known && count >= known.count ? known.rate : new Rate()
    this.#known.set(key, { rate, count })
    return rate.add(seconds, count)
  }
}
