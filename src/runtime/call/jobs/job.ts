import { bounded } from '../../core/abort.js'
import { deferred } from '../../core/deferred.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import { randomId } from '../../core/names.js'
import type { WaitOptions } from '../global.js'

/** A call in the background. */
export interface Job<R = unknown> {
  readonly id: string
  /** Whether it has come to its end, with a value or an error. */
  readonly ready: boolean
  /**
   * The callback's value, when there is one.
   * @throws DaffiError DAFFI_REMOTE, what the callback threw; DAFFI_TIMEOUT, DAFFI_ABORTED of this wait, which leaves
   * the job alone; DAFFI_ABORTED of a job that was cancelled; DAFFI_NODE_DIED
   */
  get: (options?: WaitOptions) => Promise<R>
  /** Keeps it from running, or aborts the callback's signal. False when it has come to its end already. */
  cancel: () => Promise<boolean>
}

/** What `get` does, with the job's outcome. */
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

/**
 * A job that lives as long as this process takes part: a call whose outcome is kept here.
 * @param run rejects before `onSent` when the call cannot be sent, and then there is no job
 */
export async function liveJob(
  leaving: AbortSignal,
  run: (signal: AbortSignal, onSent: () => void) => Promise<unknown>,
): Promise<Job> {
  const id = randomId()
  const abort = new AbortController()
  const sent = deferred()
  const outcome = run(AbortSignal.any([abort.signal, leaving]), sent.resolve)
  let ready = false
  const settled = (): void => void (ready = true)
  outcome.then(settled, settled)
  await Promise.race([sent.promise, outcome])
  return {
    id,
    get ready() {
      return ready
    },
    get: (options) => waitForJob(id, outcome, options),
    cancel: () => {
      if (ready || abort.signal.aborted) return Promise.resolve(false)
      abort.abort(cancelled(id))
      return Promise.resolve(true)
    },
  }
}
