import { backoffMs } from '../../../core/backoff.js'
import type { RetryPolicy } from '../../../core/stream/stream-options.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import { sleep } from '../../../core/timer.js'

/**
 * Repeats an invocation that has failed, after a pause each time, until it succeeds or its attempts are used up.
 * @param failure error of the first attempt
 * @returns undefined when it succeeded, else the last error
 * @throws the signal's reason when it aborts between two attempts
 */
export async function retryInvocation(
  invoke: () => unknown,
  failure: unknown,
  { attempts, delayMs, backoff }: RetryPolicy,
  signal: AbortSignal,
): Promise<unknown> {
  let error = failure
  for (let attempt = 1; attempt < attempts; attempt++) {
    await sleep(backoffMs({ firstMs: delayMs, factor: backoff }, attempt - 1), signal)
    try {
      await invoke()
      return undefined
    } catch (again) {
      error = asError(again)
    }
  }
  return error
}
