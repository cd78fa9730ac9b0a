import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { randomId } from '../../core/names.js'
import { cancelled, waitForJob, type Job } from '../api/job.js'
import type { BGOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import type { CallerContext } from './caller-context.js'
import { callOnce } from './foreground.js'

/**
 * Carries out BG that is not durable: a call whose outcome this process keeps, so that the job ends when this process
 * leaves.
 * @throws the error that keeps the call from being sent: then there is no job
 */
export async function callBackground(
  target: Target,
  { timeout = 0, retry, id: given, ...options }: BGOptions,
  caller: CallerContext,
): Promise<Job> {
  if (retry !== undefined)
    throw new DaffiError('DAFFI_USAGE', 'retry needs durable: true; a call of FG has a retry of its own')
  if (given !== undefined)
    throw new DaffiError('DAFFI_USAGE', 'id needs durable: true; other jobs are not kept under an id')
  const id = randomId()
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, caller.leaving])
  const sent = deferred()
  const outcome = callOnce(target, { ...options, timeout, signal, onSent: sent.resolve }, caller)
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
