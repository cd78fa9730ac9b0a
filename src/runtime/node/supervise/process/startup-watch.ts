import { formatMs } from '../../../core/timeout.js'
import { startTimer, type Timer } from '../../../core/timer.js'
import type { StartupReport } from '../../ipc/node-reports.js'

/** Time after which a node that is not ready yet is told of. Loading a model may take longer, and does no harm. */
const LONG_STARTUP_MS = 5000

interface StartupWatchOptions {
  /** Gets the rest of a sentence that begins with the node's name. */
  tell: (text: string) => void
  /** Longest time until the node is ready; undefined for no limit. */
  limitMs: number | undefined
  /** Called when it is over, with the rest of a sentence that begins with the node's name. */
  onLimit: (cause: string) => void
}

/** Tells once when the process of a node takes long to become ready, and what it is doing, and says when it takes too long. */
export class StartupWatch {
  readonly #timers: Timer[]
  #doing = 'its process has not begun to load its modules'

  constructor({ tell, limitMs, onLimit }: StartupWatchOptions) {
    this.#timers = [
      startTimer(LONG_STARTUP_MS, () =>
        tell(`is not ready after ${formatMs(LONG_STARTUP_MS)}: ${this.#doing}`),
      ),
    ]
    if (limitMs === undefined) return
    const onLate = (): void => onLimit(`never became ready within ${formatMs(limitMs)}: ${this.#doing}`)
    this.#timers.push(startTimer(limitMs, onLate))
  }

  onReport(report: StartupReport): void {
    this.#doing =
      report.type === 'loading'
        ? `it still loads ${report.module}, which may wait at its top level for something that never comes`
        : 'it has loaded its modules, and is joining the pipeline'
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel()
  }
}
