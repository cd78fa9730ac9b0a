import { DaffiError } from '../../core/errors.js'
import { feed, isItems, StreamError, type Items } from '../../stream/index.js'
import type { Abort } from '../api/context.js'

/** What a generator gives, or any other iterator; arrays, maps and the like are values. */
export function isYielding(value: unknown): value is Items {
  if (!isItems(value)) return false
  return Symbol.asyncIterator in value || ('next' in value && typeof value.next === 'function')
}

/** Everything that a callback yields, as an array; what it returned if it does not yield. */
export function collect(value: unknown, abort: Abort): unknown {
  return isYielding(value) ? collectItems(value, abort) : value
}

async function collectItems(value: Items, { signal }: Abort): Promise<unknown[]> {
  const items: unknown[] = []
  const take = (item: unknown): undefined => void items.push(item)
  try {
    await feed(value, { signal, take })
  } catch (error) {
    throw thrownBy(error)
  }
  return items
}

export function notYielding(callback: string): DaffiError {
  return new DaffiError('DAFFI_NOT_YIELDING', `"${callback}" gives one value, and cannot be iterated over`)
}

/** The error that a callback threw while it yielded, from what the stream of its items came to. */
export function thrownBy(error: unknown): unknown {
  const reason = error instanceof StreamError ? (error.cause ?? error) : error
  const wrapped = reason instanceof DaffiError && reason.code === 'DAFFI_SOURCE_FAILED'
  return wrapped && reason.cause !== undefined ? reason.cause : reason
}
