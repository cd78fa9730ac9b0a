import { setTimeout as delay } from 'node:timers/promises'
import { abortError, formatMs } from '../../core/abort.js'
import { parseDuration, type Duration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'

/** The longest that a timer of JavaScript can wait. */
const MOST_MS = 2 ** 31 - 1

/**
 * Milliseconds of an `eta` for which a process is to wait.
 * @throws DaffiError DAFFI_BAD_DURATION; DAFFI_USAGE for more than 24 days
 */
export function parseEta(eta: Duration): number {
  const etaMs = parseDuration(eta, 'eta')
  if (etaMs > MOST_MS) {
    throw new DaffiError('DAFFI_USAGE', `eta may be 24 days at most, not ${formatMs(etaMs)}`)
  }
  return etaMs
}

/** Waits until a callback is due. Whichever of the signals aborts first, its reason is thrown. */
export async function untilDue(etaMs: number, signals: AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any(signals)
  await delay(etaMs, undefined, { signal }).catch(() => {
    throw abortError(signal, 'a call that was not due yet')
  })
}

/** A timeout counts from when the callback is due. */
export function afterEta(timeoutMs: number, etaMs: number): number {
  return timeoutMs === 0 ? 0 : timeoutMs + etaMs
}
