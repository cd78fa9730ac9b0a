import type { WorkView } from '../board/work.js'
import type { PipelineWork } from './pipeline-work.js'

/** Shortest time between two looks. */
const PAUSE_MS = 1000
/** Share of its time, at most, for which the server is asked: one of so many. */
const SHARE = 10

/** Looks at the work that the server keeps when pages ask, not more often than the server can bear. */
export class WorkWatch {
  readonly #work: Pick<PipelineWork, 'look'>
  #looking: Promise<WorkView> | undefined
  /** Time until which the latest look is new enough. */
  #until = 0

  constructor(work: Pick<PipelineWork, 'look'>) {
    this.#work = work
  }

  /** The work as it is, or was a moment ago. Those who ask meanwhile share the answer. */
  look(): Promise<WorkView> {
    if (this.#looking && performance.now() < this.#until) return this.#looking
    this.#until = Infinity
    this.#looking = this.#look()
    return this.#looking
  }

  /** Makes the next look a new one, after something was changed. */
  forget(): void {
    this.#looking = undefined
  }

  async #look(): Promise<WorkView> {
    const began = performance.now()
    try {
      return await this.#work.look()
    } finally {
      const now = performance.now()
      this.#until = now + Math.max(PAUSE_MS, SHARE * (now - began))
    }
  }
}
