import { DaffiError, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { ReceiverSummary, StreamSummary } from '../../core/plan/summary.js'
import type { CallReport } from '../ipc/node-reports.js'

interface CallWatchOptions {
  index: number
  call: string
  /** Whether each item is for one of the receivers. */
  share: boolean
  log: Logger
  report: (report: CallReport) => void
  /** Aborts when receivers leave because the run ends. */
  draining: AbortSignal
}

/** Watches one call of the pipeline file over all of its attempts, and reports when it is in trouble and when no longer. */
export class CallWatch {
  readonly #options: CallWatchOptions
  readonly #stopped = new Set<string>()
  /** Message of the error that was reported last. */
  #trouble: string | undefined

  constructor(options: CallWatchOptions) {
    this.#options = options
  }

  /** Reports that an attempt has failed, and that the call is made again. */
  onFailure(error: ErrorRecord, againInMs: number): void {
    this.#stopped.clear()
    this.#report(error, againInMs)
  }

  /** Reports that the call runs. */
  onRunning(): void {
    this.#report(null)
  }

  /** Compares what should flow with what flows. */
  onProgress(summary: StreamSummary): void {
    if (this.#options.draining.aborted) return
    const receivers = Object.entries(summary.receivers)
    const gone = receivers.filter(([, { state }]) => state !== 'attached' && state !== 'finished')
    const stopped = gone.filter(([, { state }]) => state === 'stopped')
    const trouble = troubling(summary, { gone, stopped, share: this.#options.share })
    if (trouble.length > 0) this.#report(errorOf(trouble))
    else {
      this.#logStopped(stopped)
      // A receiver that is invited is counted as attached, too.
      if (receivers.some(([, { attaches }]) => attaches > 0)) this.#report(null)
    }
  }

  /** Logs receivers that were ended by an error while the others go on. */
  #logStopped(stopped: Receiver[]): void {
    const { call, log } = this.#options
    for (const [name, { error }] of stopped) {
      if (this.#stopped.has(name)) continue
      this.#stopped.add(name)
      log.warn(`${name} gets no more items of the stream to "${call}"${error ? `: ${error.message}` : ''}`)
    }
  }

  #report(error: ErrorRecord | null, againInMs?: number): void {
    const { index, report } = this.#options
    if (error?.message === this.#trouble) return
    this.#trouble = error?.message
    report({ type: 'trouble', index, error, againInMs })
  }
}

type Receiver = [name: string, receiver: ReceiverSummary]

/** Receivers without which the stream does not do what it is for: a live one needs one of them, others need each. */
function troubling(
  { receivers, delivery }: StreamSummary,
  { gone, stopped, share }: { gone: Receiver[]; stopped: Receiver[]; share: boolean },
): Receiver[] {
  if (gone.length === Object.keys(receivers).length) return gone
  if (delivery === 'live') return []
  return share ? stopped : gone
}

function errorOf(receivers: Receiver[]): ErrorRecord {
  const message = receivers
    .map(([name, { state, error }]) => `${name} ${state}${error ? `: ${error.message}` : ''}`)
    .join('; ')
  const first = receivers.find(([, { error }]) => error)?.[1].error
  return first ? { ...first, message } : toErrorRecord(new DaffiError('DAFFI_NO_RECEIVER', message))
}
