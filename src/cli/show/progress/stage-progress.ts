import { StageResults, type RunEvent, type StageResult } from '../../../runtime/index.js'
import { formatCount } from '../units.js'

/** Turns the accounts of a run's stages into lines of text. */
export class StageProgress {
  readonly #results = new StageResults()
  /** When the stages of a node were shown last. */
  readonly #shown = new Map<string, number>()
  readonly #intervalMs: number

  /** @param intervalMs between two lines of one stage, in milliseconds */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  accept({ node, stages }: Extract<RunEvent, { type: 'stages' }>): void {
    this.#results.accept(node, stages)
  }

  restart(node: string): void {
    this.#results.restart(node)
  }

  /** A line for each stage of the run. */
  lines(): string[] {
    return this.#results.all.map((stage) => `${stage.node} ${stageText(stage)}`)
  }

  /** A line for each stage of a node that has not been shown for a while. */
  due(node: string, now: number): string[] {
    if (now - (this.#shown.get(node) ?? 0) < this.#intervalMs) return []
    this.#shown.set(node, now)
    return this.#results.all.filter((stage) => stage.node === node).map(stageText)
  }
}

function stageText({ callback, out, filtered, failed, ...stage }: StageResult): string {
  const counts = Object.entries({ in: stage.in, out, filtered, failed })
  return `stage ${callback}: ${counts.map(([what, count]) => `${what} ${formatCount(count)}`).join(' ')}`
}
