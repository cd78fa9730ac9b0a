import { formatMs } from '../../core/timeout.js'
import type { StartupReport } from '../ipc/node-reports.js'

/** Time after which a node that is not ready yet is told of. Loading a model may take longer, and does no harm. */
const LONG_STARTUP_MS = 5000

/** Tells once when the process of a node takes long to become ready, and what it is doing. */
export class StartupWatch {
  readonly #timer: NodeJS.Timeout
  #doing = 'its process has not begun to load its modules'

  /** @param tell gets the rest of a sentence that begins with the node's name */
  constructor(tell: (text: string) => void) {
    const onLong = (): void => tell(`is not ready after ${formatMs(LONG_STARTUP_MS)}: ${this.#doing}`)
    this.#timer = setTimeout(onLong, LONG_STARTUP_MS)
  }

  onReport(report: StartupReport): void {
    this.#doing =
      report.type === 'loading'
        ? `it still loads ${report.module}, which may wait at its top level for something that never comes`
        : 'it has loaded its modules, and is joining the pipeline'
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
