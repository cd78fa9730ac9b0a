import { asError } from './read-thrown.js'

/** Errors that callbacks of this process have thrown. */
const thrownHere = new WeakSet<Error>()

/**
 * The error that says what a callback has thrown, remembered as the callback's. Such an error can be one of daffi's: that of
 * another call, which the callback lets pass, says nothing about its own call. Only the reason why its own call ends does.
 */
export function callbackError(thrown: unknown, { signal }: Pick<AbortController, 'signal'>): Error {
  const error = asError(thrown)
  if (!signal.aborted || error !== signal.reason) thrownHere.add(error)
  return error
}

/** Whether a callback of this process has thrown the error, and not daffi about its call. */
export function isCallbackError(error: unknown): boolean {
  return error instanceof Error && thrownHere.has(error)
}
