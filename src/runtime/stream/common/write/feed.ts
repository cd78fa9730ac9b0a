import { addAbortListener } from 'node:events'
import { abortError } from '../../../core/abort.js'
import { DaffiError, messageOf } from '../../../core/errors.js'
import { TimeSlice } from '../time-slice.js'

/** Longest time that an iterable may hold the event loop, in milliseconds. */
const SLICE_MS = 5

export type Items = Iterable<unknown> | AsyncIterable<unknown>

/** Whether the value is an iterable or async iterable; text is not taken for one. */
export function isItems(value: unknown): value is Items {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

interface FeedOptions {
  signal: AbortSignal
  /** Accepts an item. A promise holds the feed back until it settles. */
  take: (item: unknown) => Promise<void> | undefined
}

/**
 * Passes on the items one by one, and closes the iterable when it is left early.
 * @throws DaffiError DAFFI_SOURCE_FAILED when the iterable throws, or its own DaffiError; else what `take` throws
 */
export async function feed(items: Items, options: FeedOptions): Promise<void> {
  if (Symbol.asyncIterator in items) await feedAsync(items[Symbol.asyncIterator](), options)
  else await feedSync(items[Symbol.iterator](), options)
}

async function feedAsync(iterator: AsyncIterator<unknown>, { signal, take }: FeedOptions): Promise<void> {
  const slice = new TimeSlice(SLICE_MS)
  let interrupt: (reason: unknown) => void = () => undefined
  // One listener for all waits, so that an item does not cost one.
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
      const held = take(next.value)
      if (held) await held
      if (slice.due && slice.isOver()) await slice.yield()
    }
  } finally {
    listener[Symbol.dispose]()
    // Not awaited: an iterable that hangs in next() settles return() only after it.
    if (!done) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

async function feedSync(iterator: Iterator<unknown>, { signal, take }: FeedOptions): Promise<void> {
  const slice = new TimeSlice(SLICE_MS)
  let done = false
  try {
    for (;;) {
      const next = nextOf(iterator)
      if (next.done) {
        done = true
        return
      }
      const held = take(next.value)
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
