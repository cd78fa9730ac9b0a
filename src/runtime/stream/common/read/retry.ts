import { setTimeout as delay } from 'node:timers/promises'
import type { RetryPolicy } from '../../../core/plan.js'

interface RetryOptions {
  policy: RetryPolicy
  /** Ends the waiting, and with it the attempts. */
  signal: AbortSignal
}

/**
 * Runs again what has just failed, after a pause each time, until it succeeds or has had all its attempts.
 * @returns undefined when it succeeded, else the last error
 * @throws the signal's reason when it aborts between two attempts
 */
export async function retryFailed(
  run: () => unknown,
  failure: unknown,
  { policy: { attempts, delayMs, backoff }, signal }: RetryOptions,
): Promise<unknown> {
  let error = failure
  for (let attempt = 1; attempt < attempts; attempt++) {
    await delay(delayMs * backoff ** (attempt - 1), undefined, { signal })
    try {
      await run()
      return undefined
    } catch (again) {
      error = again ?? new Error('undefined was thrown')
    }
  }
  return error
}
