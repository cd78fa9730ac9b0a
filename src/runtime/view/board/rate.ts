/** Time over which a rate is measured: long enough to be steady, short enough to show a change. */
const WINDOW_SECONDS = 2

/** The growth of a count over the last seconds. */
export class Rate {
  #samples: { seconds: number; count: number }[] = []

  /**
   * Adds a sample.
   * @returns growth per second
   */
  add(seconds: number, count: number): number {
    const last = this.#samples.at(-1)
    if (last && seconds < last.seconds) this.#samples = []
    if (!last || seconds > last.seconds) this.#samples.push({ seconds, count })
    while ((this.#samples[1]?.seconds ?? Infinity) <= seconds - WINDOW_SECONDS) this.#samples.shift()
    const first = this.#samples[0]
    if (!first || seconds <= first.seconds) return 0
    return (count - first.count) / (seconds - first.seconds)
  }
}
