import type { ErrorRecord } from '../errors.js'
import type { Delivery } from '../stream/stream-options.js'
import type { CallOrigin } from './call-origin.js'

/** Way of the bytes to a receiver: shared memory, or a JetStream stream on the server. */
export type Lane = 'shm' | 'jetstream'

/**
 * State of a receiver: `finished` received the end of the stream; `left` detached before it; `died` disappeared without
 * detaching; `stopped` ended after an error of its own.
 */
export type ReceiverState = 'attached' | 'finished' | 'left' | 'died' | 'stopped'

/** Counts of one receiver. Once its state is final, `offered = processed + dropped + failed + lost`, and `+ unmatched` in a join. */
export interface ReceiverSummary {
  /** Lane on which the receiver got the items. */
  lane: Lane
  /** Present or final state. */
  state: ReceiverState
  /** Number of times the node attached; more than 1 after a restart of the node. */
  attaches: number
  /** Reason why the receiver stopped; null when it did not. */
  error: ErrorRecord | null
  /** Items that the source yielded while the receiver was attached. */
  offered: number
  /** Items for which the callback returned. */
  processed: number
  /** Items that a live stream skipped for newer ones. */
  dropped: number
  /** Items for which the callback threw. */
  failed: number
  /** Present where the stream is a side of a join: items without a partner. */
  unmatched?: number
  /** Items that were not processed because the receiver died or left. */
  lost: number
  /** Milliseconds from the capture of a frame, or the yield of another item, to the start of the callback. */
  latencyMs: { p50: number; p99: number } | null
}

/** The counts of a receiver, which only grow. */
export const RECEIVER_COUNTS = [
  'attaches',
  'offered',
  'processed',
  'dropped',
  'failed',
  'unmatched',
  'lost',
] as const
export type ReceiverCounts = Record<(typeof RECEIVER_COUNTS)[number], number>

/** Result of a stream: counts that prove that no item was lost, or show at which receiver. */
export interface StreamSummary extends CallOrigin {
  /** Name of the node that wrote the stream. */
  from: string
  delivery: Delivery
  /** Items that the source yielded. */
  items: number
  /** Total size of those items in bytes. */
  bytes: number
  /** Time from the first item to the end, in seconds. */
  seconds: number
  /** Reason why the stream ended early; null when it did not. */
  error: ErrorRecord | null
  /** Counts of each receiver, by the name of its node. */
  receivers: Record<string, ReceiverSummary>
}

/** Account of a stage, which is a callback whose results are streamed on: `in = gave + filtered + failed`. */
export interface StageCounts {
  /** Items for which the callback has returned or failed. */
  in: number
  /** Items that gave one result or more. */
  gave: number
  /** Items that gave none. */
  filtered: number
  /** Items for which the callback threw. */
  failed: number
  /** Results that went out. */
  out: number
}
