import { KIB, MIB } from '../../../core/bytes.js'
import { MAX_SLOTS } from '../../protocol/refs.js'

/** Smallest slot in bytes, which fits a batch of small values. */
export const MIN_SLOT_BYTES = 256 * KIB
/** Size of a chunk, in bytes, from which the ring is allocated in full: such chunks come fast, or are frames. */
export const LARGE_BYTES = 64 * KIB
const PAGE = 4096
/** Size of a ring whose items are neither tiny nor huge. */
const DEFAULT_RING_BYTES = 48 * MIB
const MIN_SLOTS = 6
/** Slots of a ring of small items; more would only be more memory to allocate and to touch. */
const MAX_SMALL_SLOTS = 64
/** First slots of a ring of small items. Others are allocated when a part finds none that is free. */
const FIRST_SMALL_SLOTS = 2
/** Slots of a ring whose items are too large for `MIN_SLOTS` within the limit. */
const SLOTS_AT_LIMIT = 4

/** Size of a ring: of one slot in bytes, of all that there may be, and of those that are allocated at once. */
export interface RingSize {
  slotBytes: number
  slots: number
  first: number
}

/**
 * The size of a ring that suits its first chunk.
 * @param limit bytes that the ring may have
 */
export function ringSize(chunkBytes: number, limit: number): RingSize {
  const most = Math.floor(limit / SLOTS_AT_LIMIT / PAGE) * PAGE
  const slotBytes = Math.min(most, Math.ceil(Math.max(chunkBytes, MIN_SLOT_BYTES) / PAGE) * PAGE)
  const wanted = Math.max(MIN_SLOTS, Math.min(MAX_SMALL_SLOTS, Math.floor(DEFAULT_RING_BYTES / slotBytes)))
  const slots = Math.min(wanted, MAX_SLOTS, Math.floor(limit / slotBytes))
  return { slotBytes, slots, first: chunkBytes < LARGE_BYTES ? Math.min(FIRST_SMALL_SLOTS, slots) : slots }
}
