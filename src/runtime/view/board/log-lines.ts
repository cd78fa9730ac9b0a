import type { RunStatus } from '../../status/index.js'
import type { LineView } from './snapshot.js'

const KEPT = 500

/** The last log lines of all runs, in the order in which they were written. */
export class LogLines {
  readonly #known: Record<string, number> = {}
  #lines: LineView[] = []
  #count = 0

  /** By id of a run, the last line that is here. */
  get known(): Record<string, number> {
    return this.#known
  }

  take(runs: RunStatus[]): void {
    const fresh = runs.flatMap(({ id, lines }) => {
      const before = this.#known[id] ?? 0
      this.#known[id] = lines.at(-1)?.number ?? before
      return lines.filter(({ number }) => number > before)
    })
    fresh.sort((a, b) => a.time - b.time)
    for (const { time, node, text } of fresh) this.#lines.push({ number: ++this.#count, time, node, text })
    this.#lines = this.#lines.slice(-KEPT)
  }

  after(number: number): LineView[] {
    return this.#lines.filter((line) => line.number > number)
  }
}
