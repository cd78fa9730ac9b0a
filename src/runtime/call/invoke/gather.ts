import { weightOf } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import { feed, type Items } from '../../stream/index.js'
import { callbackError } from '../../core/thrown/callback-error.js'
import type { Abort } from '../api/context.js'
import { MAX_VALUE_BYTES } from '../wire/payload-transfer.js'
import { isYielding, thrownBy } from './yielding.js'

/** Items of one answer: with more of them the list alone needs too much memory. */
const MAX_ITEMS = 2 ** 24

interface GatherOptions {
  /** Bytes that the answer may have. */
  limit: number
  /** Whether somebody gets the items; else they are only counted. */
  keep: boolean
}

const FOR_ONE_ANSWER: GatherOptions = { limit: MAX_VALUE_BYTES, keep: true }

/**
 * Gathers the items of a callback that yields into an array, up to what an answer may have: it may yield without end. A return
 * value that does not yield stays as it is.
 * @returns the items, or a promise of them
 * @throws DaffiError DAFFI_TOO_LARGE
 */
export function gather(value: unknown, abort: Abort, options: GatherOptions = FOR_ONE_ANSWER): unknown {
  return isYielding(value) ? gatherItems(value, abort, options) : value
}

async function gatherItems(value: Items, abort: Abort, { limit, keep }: GatherOptions): Promise<unknown[]> {
  const items: unknown[] = []
  let count = 0
  let bytes = 0
  let refusal: DaffiError | undefined
  const accept = (item: unknown): undefined => {
    bytes += weightOf(item)
    if (bytes > limit || ++count > MAX_ITEMS) throw (refusal = tooLarge(count, limit))
    if (keep) items.push(item)
  }
  try {
    await feed(value, { signal: abort.signal, accept })
  } catch (error) {
    throw error === refusal ? error : callbackError(thrownBy(error), abort)
  }
  return items
}

function tooLarge(count: number, limit: number): DaffiError {
  return new DaffiError(
    'DAFFI_TOO_LARGE',
    `the ${count} items that were yielded are more than an answer has: ${limit} bytes, ${MAX_ITEMS} items`,
    { next: 'Iterate over the call with `for await`, which gives the items one by one.' },
  )
}
