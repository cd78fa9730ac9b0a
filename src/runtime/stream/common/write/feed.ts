import { addAbortListener } from 'node:events'
import { abortError } from '../../../core/abort.js'
import { DaffiError, messageOf } from '../../../core/errors.js'
import { Turn } from '../time-slice.js'

/** The longest that an iterable may hold the loop before others get their turn. */
const TURN_MS = 5

export type Items = Iterable<unknown> | AsyncIterable<unknown>

/** One iterable or async iterable; text and plain objects don't count. */
export function isItems(value: unknown): value is Items {
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

interface FeedOptions {
  signal: AbortSignal
  /** Takes an item. A promise holds the feed back until it is settled. */
  take: (item: unknown) => Promise<void> | undefined
}

/**
 * Hands over the items one by one, and closes the iterable when it is left early.
 * @throws DaffiError DAFFI_SOURCE_FAILED when the iterable throws, or its own DaffiError; else what `take` throws
 */
export async function feed(items: Items, options: FeedOptions): Promise<void> {
  if (Symbol.asyncIterator in items) await feedAsync(items[Symbol.asyncIterator](), options)
  else await feedSync(items[Symbol.iterator](), options)
}

async function feedAsync(iterator: AsyncIterator<unknown>, { signal, take }: FeedOptions): Promise<void> {
  const turn = new Turn(TURN_MS)
  let interrupt: (reason: unknown) => void = () => undefined
  // One listener for all the waits: an item should not pay for one of its own.
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
      if (turn.due && turn.look()) await turn.yield()
    }
  } finally {
    listener[Symbol.dispose]()
    // Not awaited: an iterable that hangs in next() answers return() only after that.
    if (!done) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

async function feedSync(iterator: Iterator<unknown>, { signal, take }: FeedOptions): Promise<void> {
  const turn = new Turn(TURN_MS)
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
      if (turn.due && turn.look()) await turn.yield()
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
