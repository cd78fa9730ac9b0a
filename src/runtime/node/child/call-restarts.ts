import type { ErrorCode } from '../../core/error-codes.js'
import type { ErrorRecord } from '../../core/errors.js'
import type { RestartPlan } from '../../core/plan/node-options.js'
import type { ModifierPlan } from '../../core/plan/plan.js'
import { RestartCounter } from '../../core/plan/restart-counter.js'

/** Errors that say that a node was lost, so that another one can carry the call out. */
const NODE_LOST: ReadonlySet<string> = new Set<ErrorCode>(['DAFFI_NODE_DIED', 'DAFFI_NO_RECEIVER'])
/**
 * Errors of nodes, server and network after which a stream can be written again, or a schedule made again. A call of
 * another kind may have been carried out, and it is for the user to say whether that may happen twice.
 */
const INFRASTRUCTURE: ReadonlySet<string> = new Set<ErrorCode>([
  'DAFFI_NODE_DIED',
  'DAFFI_NO_RECEIVER',
  'DAFFI_STREAM_LOST',
  'DAFFI_NO_SERVER',
  'DAFFI_SERVER_LOST',
  'DAFFI_SERVER_FAILED',
  'DAFFI_TIMEOUT',
])
/** Errors of sources that another attempt may not meet again. */
const SOURCE: ReadonlySet<string> = new Set<ErrorCode>([
  'DAFFI_SOURCE_FAILED',
  'DAFFI_SOURCE_NOT_FOUND',
  'DAFFI_SOURCE_BUSY',
  'DAFFI_SOURCE_UNREACHABLE',
])

/** Decides after each failure of a call of the pipeline file whether, and when, it is made again. */
export class CallRestarts {
  readonly #counter: RestartCounter

  constructor(
    private readonly kind: ModifierPlan['kind'],
    private readonly plan: RestartPlan,
  ) {
    this.#counter = new RestartCounter(plan)
  }

  /**
   * Decides after a failure.
   * @param ranMs milliseconds for which the call ran
   * @returns the pause before it is made again, in milliseconds; undefined when it has failed for good
   */
  pauseAfter({ code }: ErrorRecord, ranMs: number): number | undefined {
    return this.#isRepeated(code) ? this.#counter.next(ranMs) : undefined
  }

  #isRepeated(code: string): boolean {
    const { policy } = this.plan
    if (policy === 'no') return false
    const mayRunTwice = this.kind === 'STREAM' || this.kind === 'PERIOD'
    return (mayRunTwice ? INFRASTRUCTURE : NODE_LOST).has(code) || (policy === 'always' && SOURCE.has(code))
  }
}
