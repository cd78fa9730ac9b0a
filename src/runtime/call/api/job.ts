import { bounded } from '../../core/timeout.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { WaitOptions } from './wait-options.js'

/** A call in the background. */
export interface Job<R = unknown> {
  /** Id by which `Global.job` finds a durable job. */
  readonly id: string
  /** Whether the job has ended, with a value or an error. */
  readonly ready: boolean
  /**
   * Resolves with the callback's value.
   * @throws RemoteError when the callback threw; DaffiError DAFFI_TIMEOUT and DAFFI_ABORTED of this wait, which do not
   * change the job, DAFFI_ABORTED when the job was cancelled, DAFFI_NODE_DIED
   */
  get: (options?: WaitOptions) => Promise<R>
  /**
   * Cancels the job: it is not started any more, or its callback's signal is aborted.
   * @returns false when the job has ended already
   */
  cancel: () => Promise<boolean>
}

/** Waits for the outcome of a job as `Job.get` does. */
export async function waitForJob(
  id: string,
  outcome: Promise<unknown>,
  { timeout = 0, signal }: WaitOptions = {},
): Promise<unknown> {
  return await bounded(outcome, { timeoutMs: parseDuration(timeout, 'timeout'), signal, what: `job ${id}` })
}

export function cancelled(id: string): DaffiError {
  return new DaffiError('DAFFI_ABORTED', `job ${id} was cancelled`)
}
