import type { ErrorCode } from '../../../core/error-codes.js'
import type { RestartPlan } from '../../../core/plan/node-options.js'
import { RestartCounter } from '../../../core/plan/restart-counter.js'

/** Errors that another start would meet again. */
const PERMANENT: ReadonlySet<string> = new Set<ErrorCode>([
  'DAFFI_MODULE_FAILED',
  'DAFFI_NO_EXPORT',
  'DAFFI_DUPLICATE_NAME',
  'DAFFI_SERVER_AUTH',
  'DAFFI_SERVER_TOO_OLD',
  'DAFFI_NO_JETSTREAM',
  'DAFFI_NO_PERMISSION',
  'DAFFI_PAYLOAD_TOO_SMALL',
  'DAFFI_FOLDER_READ_ONLY',
  'DAFFI_FOLDER_DENIED',
  'DAFFI_FOLDER_TAKEN',
  'DAFFI_NOT_OURS',
])

/** The end of a node's process that was not requested. It is a failure, whatever the exit code. */
export interface NodeExit {
  /** Code of the error that the process reported as the reason. */
  errorCode: string | undefined
  /** Milliseconds for which it had been ready; 0 when it never was. */
  readyMs: number
}

/** Whether a node has failed for good, or the pause before its process is started again. */
export type RestartDecision = 'failed' | { restartInMs: number }

/** Decides after each end of a node's process whether, and when, the node is started again. */
export class RestartTracker {
  readonly #counter: RestartCounter
  #wasReady = false

  constructor(private readonly plan: RestartPlan) {
    this.#counter = new RestartCounter(plan)
  }

  decide({ errorCode, readyMs }: NodeExit): RestartDecision {
    this.#wasReady ||= readyMs > 0
    // Another one has had the name from the start: this is a second run of the same nodes.
    if (errorCode === 'DAFFI_DUPLICATE_NAME' && !this.#wasReady) return 'failed'
    const isPermanent = errorCode !== undefined && PERMANENT.has(errorCode)
    // What is always started again may find a corrected module, or another server, the next time.
    const { policy } = this.plan
    if (policy === 'no' || (isPermanent && policy !== 'always')) return 'failed'
    const restartInMs = this.#counter.next(readyMs)
    return restartInMs === undefined ? 'failed' : { restartInMs }
  }
}
