import { asError } from '../../core/thrown/read-thrown.js'
import type { JoinItem } from '../protocol/ports.js'
import type { JoinMatch } from './join.js'

interface MatchTarget {
  deliver: (match: JoinMatch) => Promise<void>
  onFailed: () => void
}

/**
 * Invokes the callback with a match, and ends its items. When it fails, it gets the match again where one of the streams says
 * so; in the end, each stream handles the failure of its item as its `on_error` says. Never rejects.
 */
export async function deliverMatch(match: JoinMatch, { deliver, onFailed }: MatchTarget): Promise<void> {
  const items = Array.from(match.items.values(), ({ item }) => item)
  for (const item of items) item.begin()
  let error: unknown
  try {
    await deliver(match)
  } catch (failure) {
    error = await again(items, asError(failure), () => deliver(match))
    if (error !== undefined) {
      onFailed()
      for (const [index, item] of items.entries()) await item.fail(error, index > 0).catch(() => undefined)
      return
    }
  }
  for (const item of items) item.end('processed')
}

/** Makes further attempts by the policy of the first stream that has one. @returns the last error; undefined after a success */
async function again(items: readonly JoinItem[], failure: unknown, attempt: () => unknown): Promise<unknown> {
  const first = items.find(({ retries }) => retries)
  return first ? await first.attempt(failure, attempt) : failure
}
