import { abortError } from '../../core/abort.js'
import { parseDuration } from '../../core/duration.js'
import { isErrorCode, type ErrorCode } from '../../core/error-codes.js'
import { DaffiError } from '../../core/errors.js'
import { readThrown } from '../../core/thrown/read-thrown.js'
import { sleep } from '../../core/timer.js'
import { isCallbackError } from '../../core/thrown/callback-error.js'
import type { RetryOptions } from '../api/modifiers.js'
import { RemoteError } from '../api/remote-error.js'

/** Codes of errors that the same call would meet again. */
const NOT_RETRYABLE: readonly ErrorCode[] = [
  'DAFFI_ABORTED',
  'DAFFI_ARGUMENT_COUNT',
  'DAFFI_BAD_NAME',
  'DAFFI_CLOSED',
  'DAFFI_NO_PERMISSION',
  'DAFFI_UNSENDABLE',
  'DAFFI_USAGE',
]

/**
 * Sends a call until it succeeds, its error is not worth another attempt, or the attempts are used up.
 * @throws the last error
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  { attempts, delay = 1, on }: RetryOptions,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!Number.isInteger(attempts) || attempts < 1)
    throw new DaffiError('DAFFI_USAGE', `retry.attempts must be a whole number, at least 1, not ${attempts}`)
  const delayMs = parseDuration(delay, 'retry.delay')
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      if (attempt === attempts || !isWorthRetrying(error, on)) throw error
      await sleep(delayMs, signal).catch(() => {
        throw signal ? abortError(signal, 'a pause between attempts') : error
      })
    }
  }
}

/** A code of daffi's says something about the call only when daffi has said it: callbacks let errors of other calls pass. */
function isWorthRetrying(error: unknown, on: RetryOptions['on']): boolean {
  if (error instanceof DaffiError && error.code !== 'DAFFI_REMOTE' && !isCallbackError(error))
    return on ? on.includes(error.code) : !NOT_RETRYABLE.includes(error.code)
  if (!on || on.includes('DAFFI_REMOTE')) return true
  const code = error instanceof RemoteError ? error.remoteCode : readThrown(error).code
  return code !== undefined && !isErrorCode(code) && on.includes(code)
}
