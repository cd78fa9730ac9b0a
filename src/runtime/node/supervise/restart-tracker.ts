import { backoffMs, type Backoff } from '../../core/backoff.js'
import type { ErrorCode } from '../../core/error-codes.js'
import type { RestartPolicy } from '../../core/plan/plan.js'

/** Restarts in a row after which a node is given up. */
export const MAX_RESTARTS = 5
const BACKOFF: Backoff = { firstMs: 200, factor: 2 }
/** Milliseconds for which a node has to be ready, so that its restarts are counted from 0 again. */
const STABLE_MS = 30_000

/** Errors that another start would meet again. */
const PERMANENT: ReadonlySet<string> = new Set<ErrorCode>([
  'DAFFI_MODULE_FAILED',
  'DAFFI_NO_EXPORT',
  'DAFFI_DUPLICATE_NAME',
  'DAFFI_SERVER_AUTH',
  'DAFFI_SERVER_TOO_OLD',
  'DAFFI_NO_JETSTREAM',
])

/** The end of a node's process that was not requested. */
export interface NodeExit {
  /** Null when a signal killed it. */
  exitCode: number | null
  /** Code of the error that the process reported as the reason. */
  errorCode: string | undefined
  /** Milliseconds for which it had been ready; 0 when it never was. */
  readyMs: number
}

/** The state in which a node stays after the end of its process, or the pause before it is started again. */
export type RestartDecision = 'stopped' | 'failed' | { restartInMs: number }

/** Decides after each end of a node's process whether, and when, the node is started again. */
export class RestartTracker {
  #inRow = 0

  constructor(private readonly policy: RestartPolicy) {}

  decide({ exitCode, errorCode, readyMs }: NodeExit): RestartDecision {
    const clean = exitCode === 0 && errorCode === undefined
    if (clean && this.policy !== 'always') return 'stopped'
    if (this.policy === 'no' || (errorCode !== undefined && PERMANENT.has(errorCode))) return 'failed'
    if (readyMs >= STABLE_MS) this.#inRow = 0
    if (this.#inRow === MAX_RESTARTS) return 'failed'
    return { restartInMs: backoffMs(BACKOFF, this.#inRow++) }
  }
}
