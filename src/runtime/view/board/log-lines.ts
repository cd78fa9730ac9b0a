import type { RunStatus } from '../../status/index.js'
import type { LineView } from './snapshot.js'

/** Number of lines that are kept. */
const MAX_LINES = 500
/** Characters after which a line is cut off; runs cut theirs off there themselves. */
const MAX_LINE_LENGTH = 2000
/** Number of runs whose last line is remembered. */
const MAX_RUNS = 100

/** The last log lines of all runs, in the order of their time. */
export class LogLines {
  readonly #known = new Map<string, number>()
  #lines: LineView[] = []
  #count = 0

  /** Number of the last line that is known, by id of the run. */
  get known(): Record<string, number> {
    return Object.fromEntries(this.#known)
  }

  add(runs: RunStatus[]): void {
    const fresh = runs.flatMap(({ id, lines }) => {
      const before = this.#known.get(id) ?? 0
      this.#known.delete(id)
      this.#known.set(id, lines.at(-1)?.number ?? before)
      return lines.filter(({ number }) => number > before)
    })
    for (const id of [...this.#known.keys()].slice(0, -MAX_RUNS)) this.#known.delete(id)
    fresh.sort((a, b) => a.time - b.time)
    for (const { time, node, level, text } of fresh)
      this.#lines.push({ number: ++this.#count, time, node, level, text: text.slice(0, MAX_LINE_LENGTH) })
    this.#lines = this.#lines.slice(-MAX_LINES)
  }

  /** Returns the lines after the one with that number. */
  after(number: number): LineView[] {
    return this.#lines.filter((line) => line.number > number)
  }
}
