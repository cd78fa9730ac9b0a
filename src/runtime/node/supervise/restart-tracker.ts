import type { ErrorCode } from '../../core/error-codes.js'
import type { RestartPolicy } from '../../core/plan.js'

/** Restarts in a row before a node is given up. */
export const MAX_RESTARTS = 5
const FIRST_DELAY_MS = 200
const GROWTH = 2
/** A node that was ready for so long starts the count again. */
const STABLE_MS = 30_000

/** Errors that another start would only meet again. */
const LASTING: ReadonlySet<string> = new Set<ErrorCode>([
  'DAFFI_MODULE_FAILED',
  'DAFFI_NO_EXPORT',
  'DAFFI_DUPLICATE_NAME',
  'DAFFI_SERVER_AUTH',
  'DAFFI_SERVER_TOO_OLD',
  'DAFFI_NO_JETSTREAM',
])

/** How a node's process ended by itself. */
export interface NodeExit {
  /** Null when a signal ended it. */
  exitCode: number | null
  /** Code of the error that it gave as the reason. */
  errorCode: string | undefined
  /** How long it had been ready; 0 when it never was. */
  readyMs: number
}

/** What becomes of a node whose process has ended: a delay in milliseconds before it is started again, or its final state. */
export type Verdict = 'stopped' | 'failed' | { restartInMs: number }

/** Judges the ends of one node's processes, one after another. */
export class RestartJudge {
  #inRow = 0

  constructor(private readonly policy: RestartPolicy) {}

  judge({ exitCode, errorCode, readyMs }: NodeExit): Verdict {
    const clean = exitCode === 0 && errorCode === undefined
    if (clean && this.policy !== 'always') return 'stopped'
    if (this.policy === 'no' || (errorCode !== undefined && LASTING.has(errorCode))) return 'failed'
    if (readyMs >= STABLE_MS) this.#inRow = 0
    if (this.#inRow === MAX_RESTARTS) return 'failed'
    return { restartInMs: FIRST_DELAY_MS * GROWTH ** this.#inRow++ }
  }
}
