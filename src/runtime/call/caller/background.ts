import { deferred } from '../../core/deferred.js'
import { randomId } from '../../core/names.js'
import { cancelled, waitForJob, type Job } from '../api/job.js'
import type { BGOptions } from '../api/modifiers.js'
import type { Target } from '../api/pending-call.js'
import type { Calling } from './caller-context.js'
import { callOnce } from './foreground.js'

/**
 * BG that is not durable: a job that lives as long as this process takes part, being a call whose outcome is kept here.
 * @throws what keeps the call from being sent: then there is no job
 */
export async function callBackground(
  target: Target,
  { timeout = 0, eta = 0 }: BGOptions,
  calling: Calling,
): Promise<Job> {
  const id = randomId()
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, calling.leaving])
  const sent = deferred()
  const outcome = callOnce(target, { timeout, eta, signal, onSent: sent.resolve }, calling)
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
