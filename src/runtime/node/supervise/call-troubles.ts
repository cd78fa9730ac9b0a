import { fromErrorRecord, type DaffiError } from '../../core/errors.js'
import type { CallReport } from '../ipc/node-reports.js'

/** The errors because of which calls of a node do not do what they should at present. */
export class CallTroubles {
  /** By call, and apart for its source, which may break off and come back while the call runs. */
  readonly #errors = new Map<string, DaffiError>()

  /** The error that has been there longest. */
  get first(): DaffiError | undefined {
    const [first] = this.#errors.values()
    return first
  }

  onReport(report: CallReport): void {
    const { type, index } = report
    if (type === 'progress' || type === 'repeat') return
    if (type === 'call' || type === 'stream') this.#errors.delete(`source ${index}`)
    const key = type === 'gap' || type === 'resumed' ? `source ${index}` : `call ${index}`
    const error = 'error' in report ? report.error : null
    if (error) this.#errors.set(key, fromErrorRecord(error))
    else this.#errors.delete(key)
  }

  clear(): void {
    this.#errors.clear()
  }
}
