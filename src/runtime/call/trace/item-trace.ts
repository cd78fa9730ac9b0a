import { createHash } from 'node:crypto'
import type { Origin } from '../../core/stream/origin.js'
import type { RemoteSpan } from './traceparent.js'

/** One of so many items of a source is traced, through all stages. */
const ONE_OF = 100
/**
 * Within a run of items the time of an origin is exact to a millisecond only; and a source that starts anew does not come to the same
 * number within this time.
 */
const SAME_TIME_MS = 10_000
const SAMPLED = 1

/**
 * The trace of an item, if it is one that is traced. Each process finds the same by itself, from the item of the source that it was
 * made from: so nothing has to travel with items, and those that are not traced cost nothing.
 */
export function traceOfItem(pipeline: string, { source, item, time }: Origin): RemoteSpan | undefined {
  if (item % ONE_OF !== 0) return undefined
  const key = JSON.stringify([pipeline, source, item, Math.floor(time / SAME_TIME_MS)])
  const digest = createHash('sha256').update(key).digest('hex')
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48), traceFlags: SAMPLED }
}
