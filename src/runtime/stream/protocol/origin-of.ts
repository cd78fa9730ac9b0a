import { originAt, type Origin } from '../../core/stream/origin.js'
import type { DeliveredChunk } from './ports.js'

/**
 * Origin of an item of a chunk: given with it, or else the item itself, as the stream's first stage.
 * @param source name of the stream's source
 */
export function originOf(
  { origin, item, time }: DeliveredChunk,
  index: number,
  source: string | null,
): Origin {
  if (origin && !isRuns(origin)) return origin
  return (origin && originAt(origin, index)) ?? { source, item: item + index, time }
}

/** `Array.isArray` does not narrow a readonly array. */
function isRuns<T>(origin: Origin | readonly T[]): origin is readonly T[] {
  return Array.isArray(origin)
}
