import { DaffiError } from './errors.js'

/** The error to throw for an aborted signal: its reason if that is a DaffiError, else DAFFI_ABORTED. */
export function abortError(signal: AbortSignal, what: string): DaffiError {
  if (signal.reason instanceof DaffiError) return signal.reason
  return new DaffiError('DAFFI_ABORTED', `${what}: cancelled`, { cause: signal.reason })
}
