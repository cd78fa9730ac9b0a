import type { StageCounts } from '../../core/plan/summary.js'
import type { NodeReport } from '../ipc/node-reports.js'

const EVERY_MS = 250

/** Reports the accounts of the node's stages while they change. */
export class StageReports {
  readonly #counts: () => Record<string, StageCounts>
  readonly #report: (report: NodeReport) => void
  readonly #timer: NodeJS.Timeout
  #reported = ''

  constructor(counts: () => Record<string, StageCounts>, report: (report: NodeReport) => void) {
    this.#counts = counts
    this.#report = report
    this.#timer = setInterval(() => this.#reportChange(), EVERY_MS)
  }

  /** Reports the last counts. */
  close(): void {
    clearInterval(this.#timer)
    this.#reportChange()
  }

  #reportChange(): void {
    const stages = this.#counts()
    const text = JSON.stringify(stages)
    if (text === this.#reported || Object.keys(stages).length === 0) return
    this.#reported = text
    this.#report({ type: 'stages', stages })
  }
}
