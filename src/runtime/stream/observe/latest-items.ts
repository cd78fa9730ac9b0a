import { decodeBytes } from '../../codec/index.js'
import { originAt, type Origin } from '../../core/stream/origin.js'
import { batchValues } from '../common/read/batch-values.js'
import { itemOf, type Part } from '../protocol/messages.js'

/** Item of a stream as an observer sees it. */
export interface LatestItem {
  /** Number of the item in the stream. */
  item: number
  value: unknown
  origin: Origin
}

/** Values of a batch that an observer sees: the last ones. */
const MAX_VALUES = 256

/**
 * Decodes the items of a chunk; none when its bytes are not what was announced.
 * @param head the chunk's first part
 * @param source name of the stream's source, of which items that are no results come
 */
export function latestItems(
  head: Pick<Part, 'first' | 'share' | 'count' | 'kind' | 'time'> & { origin?: Part['origin'] | undefined },
  bytes: Buffer,
  source: string | null,
): LatestItem[] {
  const { count, kind, time, origin } = head
  const item = itemOf(head)
  if (kind !== null) {
    const own = origin === true ? undefined : origin
    return [{ item, value: decodeBytes(kind, bytes), origin: own ?? { source, item, time } }]
  }
  const batch = batchValues(bytes, { count, origin })
  if (!batch) return []
  const { values, origins } = batch
  const skipped = Math.max(0, values.length - MAX_VALUES)
  return values.slice(skipped).map((value, index) => {
    const number = item + skipped + index
    const origin = (origins && originAt(origins, skipped + index)) ?? { source, item: number, time }
    return { item: number, value, origin }
  })
}
