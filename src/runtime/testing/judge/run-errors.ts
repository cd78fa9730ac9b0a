import { formatMs } from '../../core/timeout.js'
import { thrownLine, errorLines } from '../../core/message/error-text.js'
import type { TestPlan } from '../../pipeline/index.js'
import type { Observation, ObservedError } from '../run/observation.js'
import { boundsOf } from './amount.js'
import type { Mismatch } from './mismatch.js'

/**
 * Lists the errors of a run. Errors that the test asks for are left out: those of mocks that throw, and of streams with
 * failed or lost items.
 */
export function judgeRun(test: TestPlan, errors: ObservedError[]): Mismatch[] {
  return errors
    .filter(
      ({ call, error }) => error.code !== 'DAFFI_ABORTED' && !(call !== undefined && isExpected(call, test)),
    )
    .map(({ node, call, error }) => ({
      path: ['name'],
      message: `${call === undefined ? '' : `${node}: ${call}: `}${errorLines(error)}`,
      mayStillPass: false,
    }))
}

function isExpected(call: string, { pipeline, expect }: TestPlan): boolean {
  const callbacks = Object.values(pipeline.nodes).flatMap((node) => node.callbacks)
  const throws = callbacks.some(({ name, mock }) => name === call && mock !== undefined && 'throws' in mock)
  const { failed = 0, lost = 0 } = expect.streams[call] ?? {}
  return throws || boundsOf(failed).max > 0 || boundsOf(lost).max > 0
}

/** Reports an error that ended the run itself. */
export function runFailed(error: unknown): Mismatch {
  return { path: ['name'], message: thrownLine(error), mayStillPass: false }
}

/** Reports that the timeout is over, and what the test was still waiting for. */
export function timedOut({ timeoutMs }: TestPlan, { pending }: Observation): Mismatch {
  const why = pending.length > 0 ? pending.join('; ') : 'what it expects did not happen'
  return { path: ['timeout'], message: `not done after ${formatMs(timeoutMs)}: ${why}`, mayStillPass: false }
}
