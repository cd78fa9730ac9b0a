import { addAbortListener } from 'node:events'
import { abortError } from '../../../core/abort.js'
import { DaffiError, messageOf } from '../../../core/errors.js'
import { TimeSlice } from '../time-slice.js'
import { PushedItems } from './pushed-items.js'

/** Longest time that an iterable may hold the event loop, in milliseconds. */
const SLICE_MS = 5

export type Items = Iterable<unknown> | AsyncIterable<unknown> | PushedItems

/** Whether the value is an iterable or async iterable; text does not count as one. */
export function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

/** Whether the value can be streamed. */
export function isItems(value: unknown): value is Items {
  return value instanceof PushedItems || isIterable(value)
}

interface FeedOptions {
  signal: AbortSignal
  /** Accepts an item. A promise holds the feed back until it settles. */
  accept: (item: unknown) => Promise<void> | undefined
}

/**
 * Passes the items to `accept` one by one, and closes the iterable when its end is not reached.
 * @throws DaffiError DAFFI_SOURCE_FAILED when the iterable throws, or its own DaffiError; else what `accept` throws
 */
export async function feed(items: Items, options: FeedOptions): Promise<void> {
  if (items instanceof PushedItems) await items.flowInto(options)
  else if (Symbol.asyncIterator in items) await feedAsync(items[Symbol.asyncIterator](), options)
  else await feedSync(items[Symbol.iterator](), options)
}

async function feedAsync(iterator: AsyncIterator<unknown>, { signal, accept }: FeedOptions): Promise<void> {
  const slice = new TimeSlice(SLICE_MS)
  let interrupt: (reason: unknown) => void = () => undefined
  // One listener for all waits, since one for each item would be expensive.
  const listener = addAbortListener(signal, () => interrupt(abortError(signal, 'the stream')))
  let done = false
  try {
    for (;;) {
      if (signal.aborted) throw abortError(signal, 'the stream')
      const next = await new Promise<IteratorResult<unknown>>((resolve, reject) => {
        interrupt = reject
        Promise.resolve(iterator.next()).then(resolve, (error: unknown) => reject(sourceFailed(error)))
      })
      if (next.done) {
        done = true
        return
      }
      const held = accept(next.value)
      if (held) await held
      if (slice.due && slice.isOver()) await slice.yield()
    }
  } finally {
    listener[Symbol.dispose]()
    // Not awaited: an iterable that hangs in next() settles return() only after it.
    if (!done) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

async function feedSync(iterator: Iterator<unknown>, { signal, accept }: FeedOptions): Promise<void> {
  const slice = new TimeSlice(SLICE_MS)
  let done = false
  try {
    for (;;) {
      const next = nextOf(iterator)
      if (next.done) {
        done = true
        return
      }
      const held = accept(next.value)
      if (held) await held
      if (slice.due && slice.isOver()) await slice.yield()
      if (signal.aborted) throw signal.reason as Error
    }
  } finally {
    if (!done) iterator.return?.()
  }
}

function nextOf(iterator: Iterator<unknown>): IteratorResult<unknown> {
  try {
    return iterator.next()
  } catch (error) {
    throw sourceFailed(error)
  }
}

function sourceFailed(error: unknown): DaffiError {
  if (error instanceof DaffiError) return error
  return new DaffiError('DAFFI_SOURCE_FAILED', `the iterable threw: ${messageOf(error)}`, { cause: error })
}
