/** Over how long a rate is taken: long enough to be calm, short enough to see a change. */
const WINDOW_SECONDS = 2

/** How fast counts grow, over the last seconds. */
export class Rate {
  #samples: { seconds: number; count: number }[] = []

  /** @returns counts a second */
  take(seconds: number, count: number): number {
    const last = this.#samples.at(-1)
    if (last && seconds < last.seconds) this.#samples = []
    if (!last || seconds > last.seconds) this.#samples.push({ seconds, count })
    while ((this.#samples[1]?.seconds ?? Infinity) <= seconds - WINDOW_SECONDS) this.#samples.shift()
    const first = this.#samples[0]
    if (!first || seconds <= first.seconds) return 0
    return (count - first.count) / (seconds - first.seconds)
  }
}
