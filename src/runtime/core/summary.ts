import type { ErrorRecord } from './errors.js'
import type { Delivery } from './plan.js'

export type Lane = 'shm' | 'jetstream'

/** `finished` saw the end; `left` said goodbye before it; `died` vanished; `stopped` gave up after an error. */
export type ReceiverState = 'attached' | 'finished' | 'left' | 'died' | 'stopped'

/** `offered = processed + dropped + failed + lost`, always, once the receiver's state is final. */
export interface ReceiverSummary {
  lane: Lane
  state: ReceiverState
  /** How often the node attached; more than once when it was restarted. */
  attaches: number
  error: ErrorRecord | null
  /** Items that the source yielded while the receiver was attached. */
  offered: number
  processed: number
  /** Left out by a live delivery because newer items came. */
  dropped: number
  /** The callback threw. */
  failed: number
  /** Went down with a receiver that died or left. */
  lost: number
  /** From the item's capture (frames) or yield to the start of the callback, in milliseconds. */
  latencyMs: { p50: number; p99: number } | null
}

/** What became of a stream: the proof that nothing was lost, or where it was. */
export interface StreamSummary {
  call: string
  /** Name of the source; null for an iterable passed by a program. */
  source: string | null
  from: string
  delivery: Delivery
  /** Items that the source yielded. */
  items: number
  /** Bytes of those items. */
  bytes: number
  /** From the first item to the end. */
  seconds: number
  error: ErrorRecord | null
  receivers: Record<string, ReceiverSummary>
}
