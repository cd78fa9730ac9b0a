import { types } from 'node:util'

/** Whether an item is a promise, of which the stream gets what it leads to. */
export function isPromise(item: unknown): item is Promise<unknown> {
  return typeof item === 'object' && item !== null && types.isPromise(item)
}

/**
 * Sees to it that promises which are all there from the start, in an array or a set, end their stream when they reject, and
 * not the process, also before or after their turn.
 */
export function keepRejections(items: unknown): void {
  if (!Array.isArray(items) && !types.isSet(items)) return
  for (const item of items as Iterable<unknown>) if (isPromise(item)) item.catch(() => undefined)
}
