import { abortError } from '../../core/abort.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import { sleep } from '../../core/timer.js'
import type { DelayOptions } from '../api/modifiers.js'

/**
 * Milliseconds from now until a call is due. `eta` is another name of `delay`.
 * @throws DaffiError DAFFI_BAD_DURATION; DAFFI_USAGE when both are given
 */
export function parseDelay(options: DelayOptions): number {
  const { delay, eta } = options
  if (delay !== undefined && eta !== undefined)
    throw new DaffiError('DAFFI_USAGE', 'delay and eta are the same option; give only one of them')
  return parseDuration(delay ?? eta ?? 0, nameOf(options))
}

/** The name under which the delay was given. */
function nameOf({ eta }: DelayOptions): 'delay' | 'eta' {
  return eta === undefined ? 'delay' : 'eta'
}

/** Waits until a callback is due. Whichever of the signals aborts first, its reason is thrown. */
export async function untilDue(delayMs: number, signals: AbortSignal[]): Promise<void> {
  const signal = AbortSignal.any(signals)
  await sleep(delayMs, signal).catch(() => {
    throw abortError(signal, 'a call that was not due yet')
  })
}

/** Milliseconds from now after which a call times out, whose timeout counts from when the callback is due. */
export function afterDelay(timeoutMs: number, delayMs: number): number {
  return timeoutMs === 0 ? 0 : timeoutMs + delayMs
}
