import { KIB, MIB } from '../../../core/bytes.js'
import { MAX_SLOTS } from '../../protocol/refs.js'

/** Smallest slot in bytes, which fits a batch of small values. */
export const MIN_SLOT_BYTES = 256 * KIB
const PAGE = 4096
/** Size of a ring whose items are neither tiny nor huge. */
const DEFAULT_RING_BYTES = 48 * MIB
const MIN_SLOTS = 6
/** Slots of a ring of small items; more would only be more memory to allocate and to touch. */
const MAX_SMALL_SLOTS = 64
/** Slots that receivers leave to a ring's writer: one to write, and one that is read meanwhile. */
export const SPARE_SLOTS = 2
/** Slots that are allocated at first, and all that there are when items are too large for `MIN_SLOTS` within the limit. */
const FIRST_SLOTS = 4

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
  const most = Math.floor(limit / FIRST_SLOTS / PAGE) * PAGE
  const slotBytes = Math.min(most, Math.ceil(Math.max(chunkBytes, MIN_SLOT_BYTES) / PAGE) * PAGE)
  const wanted = Math.max(MIN_SLOTS, Math.min(MAX_SMALL_SLOTS, Math.floor(DEFAULT_RING_BYTES / slotBytes)))
  const slots = Math.min(wanted, MAX_SLOTS, Math.floor(limit / slotBytes))
  return { slotBytes, slots, first: Math.min(FIRST_SLOTS, slots) }
}
