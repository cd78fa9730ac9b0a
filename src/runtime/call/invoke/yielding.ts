import { DaffiError } from '../../core/errors.js'
import { feed, isItems, StreamError, type Items } from '../../stream/index.js'
import type { Abort } from '../api/context.js'

/**
 * Whether a callback's return value yields items: a generator does, or any other iterator; arrays, maps and the like
 * are values.
 */
export function isYielding(value: unknown): value is Items {
  if (!isItems(value)) return false
  return Symbol.asyncIterator in value || ('next' in value && typeof value.next === 'function')
}

/** Collects the items of a callback that yields into an array. A return value that does not yield stays as it is. */
export function collect(value: unknown, abort: Abort): unknown {
  return isYielding(value) ? collectItems(value, abort) : value
}

async function collectItems(value: Items, { signal }: Abort): Promise<unknown[]> {
  const items: unknown[] = []
  const accept = (item: unknown): undefined => void items.push(item)
  try {
    await feed(value, { signal, accept })
  } catch (error) {
    throw thrownBy(error)
  }
  return items
}

export function notYielding(callback: string): DaffiError {
  return new DaffiError('DAFFI_NOT_YIELDING', `"${callback}" gives one value, and cannot be iterated over`)
}

/** Finds the error that a callback threw while it yielded in the error of the stream of its items. */
export function thrownBy(error: unknown): unknown {
  const reason = error instanceof StreamError ? (error.cause ?? error) : error
  const wrapped = reason instanceof DaffiError && reason.code === 'DAFFI_SOURCE_FAILED'
  return wrapped && reason.cause !== undefined ? reason.cause : reason
}
