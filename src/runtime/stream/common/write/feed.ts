import { abortError } from '../../../core/abort.js'
import { DaffiError } from '../../../core/errors.js'
import { thrownLine } from '../../../core/message/error-text.js'
import { AT_ONCE, type Prompt } from '../../../core/stream/at-once.js'
import { isPromise, keepRejections } from '../../../core/stream/promised-items.js'
import { asError } from '../../../core/thrown/read-thrown.js'
import { AbortableWaits, bounded } from '../../../core/timeout.js'
import { TimeSlice } from '../time-slice.js'
import { PushedItems, type PushTarget } from './pushed-items.js'

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
  mark?: PushTarget['mark']
}

/**
 * Passes the items to `accept` one by one, of a promise what it leads to, and closes the iterable when its end is not reached.
 * @throws DaffiError DAFFI_SOURCE_FAILED when the iterable throws, or its own DaffiError; else what `accept` throws
 */
export async function feed(items: Items, options: FeedOptions): Promise<void> {
  if (items instanceof PushedItems) {
    await items.flowInto(options)
    return
  }
  keepRejections(items)
  if (Symbol.asyncIterator in items)
    await feedAsync(
      opened(() => items[Symbol.asyncIterator]()),
      options,
    )
  else
    await feedSync(
      opened(() => items[Symbol.iterator]()),
      options,
    )
}

async function feedAsync(
  iterator: AsyncIterator<unknown> & Prompt,
  { signal, accept }: FeedOptions,
): Promise<void> {
  const slice = new TimeSlice(SLICE_MS)
  const waits = new AbortableWaits(signal, 'the stream')
  let done = false
  try {
    for (;;) {
      if (signal.aborted) throw abortError(signal, 'the stream')
      // A function for this would cost a promise for each item.
      let next: IteratorResult<unknown>
      try {
        next = iterator[AT_ONCE]?.() ?? (await waits.untilSettled(Promise.resolve(iterator.next())))
      } catch (thrown) {
        throw sourceFailed(thrown)
      }
      if (isLast(next)) {
        done = true
        return
      }
      const held = accept(isPromise(next.value) ? await settled(next.value, signal) : next.value)
      if (held) await held
      if (slice.due && slice.isOver()) await slice.yield()
    }
  } finally {
    waits.close()
    // Not awaited: an iterable that hangs in next() settles return() only after it.
    if (!done) void close(iterator)
  }
}

async function feedSync(iterator: Iterator<unknown>, { signal, accept }: FeedOptions): Promise<void> {
  const slice = new TimeSlice(SLICE_MS)
  let done = false
  try {
    for (;;) {
      const next = nextOf(iterator)
      if (isLast(next)) {
        done = true
        return
      }
      const held = accept(isPromise(next.value) ? await settled(next.value, signal) : next.value)
      if (held) await held
      if (slice.due && slice.isOver()) await slice.yield()
      if (signal.aborted) throw signal.reason as Error
    }
  } finally {
    if (!done) void close(iterator)
  }
}

/** Waits for what an item's promise leads to. */
async function settled(item: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const value = item.catch((thrown: unknown) => {
    throw sourceFailed(thrown)
  })
  return await bounded(value, { signal, what: 'the stream' })
}

/** Tells an iterator that no more is wanted. Why is known already, so that nothing is said of what it throws then. */
async function close(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    return
  }
}

function opened<T>(open: () => T): T {
  try {
    return open()
  } catch (thrown) {
    throw sourceFailed(thrown)
  }
}

function nextOf<T>(iterator: { next: () => T }): T {
  try {
    return iterator.next()
  } catch (thrown) {
    throw sourceFailed(thrown)
  }
}

function isLast(next: IteratorResult<unknown>): boolean {
  try {
    return Boolean(next.done)
  } catch (thrown) {
    throw sourceFailed(thrown)
  }
}

function sourceFailed(thrown: unknown): DaffiError {
  const cause = asError(thrown)
  if (cause instanceof DaffiError) return cause
  return new DaffiError('DAFFI_SOURCE_FAILED', `the iterable threw: ${thrownLine(cause)}`, { cause })
}
