import { isWithin, mapOf } from '../../core/message/forms.js'

/** Slots that a ring has at most. */
export const MAX_SLOTS = 256
/** Receivers that read a ring at most: each has one bit in a slot's pins. */
export const MAX_PINS = 31
export const NONCE_BYTES = 32

const STREAM_NAME = /^[A-Za-z0-9_-]{1,512}$/

/** Where a part lies, in the lane's own terms: a `ShmRef` or a `JetStreamRef`. */
export type LaneRef = unknown[]

/** Descriptor of a writer's shared memory: what a receiver maps, and how it knows that this is the right memory. */
export interface ShmDescriptor {
  pid: number
  /** File descriptor in the writer's process, of the ring's control page. */
  fd: number
  nonce: Uint8Array
}

/**
 * Slot of a ring, the generation that it has while the part lies in it, and the size of the ring. With a lender the part is
 * forwarded: it lies in the ring of another stream, from which this stream's writer has it on loan.
 */
export type ShmRef = [
  fd: number,
  slot: number,
  generation: number,
  slotBytes: number,
  slots: number,
  /** Slots that are in use until now: a ring for small items begins with few. */
  allocated: number,
  lender?: ShmDescriptor,
]

export const MAX_INT_32 = 2 ** 31 - 1

export const isShmDescriptor = mapOf<ShmDescriptor>({
  pid: isWithin(1, MAX_INT_32),
  fd: isWithin(0, MAX_INT_32),
  nonce: (value) => value instanceof Uint8Array && value.length === NONCE_BYTES,
})

/** Sequence of a part in a JetStream stream, and the number under which it was published. */
export type JetStreamRef = [stream: string, sequence: number, number: number]

/** Whether a part of that length can lie in such a place on a lane. */
export function isRefOf(lane: unknown, ref: unknown, length: number): ref is LaneRef {
  if (!Array.isArray(ref)) return false
  return lane === 'shm' ? isShmRef(ref, length) : lane === 'jetstream' && isJetStreamRef(ref)
}

function isShmRef(ref: unknown[], length: number): boolean {
  const [fd, slot, generation, slotBytes, slots, allocated, lender] = ref
  return (
    (lender === undefined || isShmDescriptor(lender)) &&
    isIndex(fd, MAX_INT_32 + 1) &&
    (generation as number) === ((generation as number) | 0) &&
    isIndex(slots, MAX_SLOTS + 1) &&
    isIndex(allocated, slots + 1) &&
    isIndex(slot, allocated) &&
    isIndex(slotBytes, 2 ** 40) &&
    length <= slotBytes
  )
}

function isJetStreamRef([stream, sequence, number = 0]: unknown[]): boolean {
  return (
    typeof stream === 'string' &&
    STREAM_NAME.test(stream) &&
    isIndex(sequence, Number.MAX_SAFE_INTEGER) &&
    isIndex(number, Number.MAX_SAFE_INTEGER)
  )
}

/** Whether the value is a whole number from 0 to below the limit. */
function isIndex(value: unknown, limit: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < limit
}
