import type { RunStatus } from '../../status/index.js'
import type { LineView } from './snapshot.js'

/** Number of lines that are kept. */
const MAX_LINES = 500

/** The last log lines of all runs, in the order of their time. */
export class LogLines {
  readonly #known: Record<string, number> = {}
  #lines: LineView[] = []
  #count = 0

  /** Number of the last line that is known, by id of the run. */
  get known(): Record<string, number> {
    return this.#known
  }

  add(runs: RunStatus[]): void {
    const fresh = runs.flatMap(({ id, lines }) => {
      const before = this.#known[id] ?? 0
      this.#known[id] = lines.at(-1)?.number ?? before
      return lines.filter(({ number }) => number > before)
    })
    fresh.sort((a, b) => a.time - b.time)
    for (const { time, node, level, text } of fresh)
      this.#lines.push({ number: ++this.#count, time, node, level, text })
    this.#lines = this.#lines.slice(-MAX_LINES)
  }

  /** Returns the lines after the one with that number. */
  after(number: number): LineView[] {
    return this.#lines.filter((line) => line.number > number)
  }
}
