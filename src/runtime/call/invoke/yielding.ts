import { DaffiError } from '../../core/errors.js'
import { isIterable, StreamError, type Items } from '../../stream/index.js'

/**
 * Whether a callback's return value yields items: a generator does, or any other iterator; arrays, maps and the like
 * are values.
 */
export function isYielding(value: unknown): value is Items {
  if (!isIterable(value)) return false
  return Symbol.asyncIterator in value || ('next' in value && typeof value.next === 'function')
}

export function notYielding(callback: string): DaffiError {
  return new DaffiError('DAFFI_NOT_YIELDING', `"${callback}" gives one value, and cannot be iterated over`)
}

/** Finds the error that a callback threw while it yielded in the error of the stream of its items. */
export function thrownBy(error: unknown): unknown {
  const reason = error instanceof StreamError ? (error.cause ?? error) : error
  const wrapped = reason instanceof DaffiError && reason.code === 'DAFFI_SOURCE_FAILED'
  return wrapped ? (reason.cause ?? reason) : reason
}
