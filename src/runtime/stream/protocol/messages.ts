import { encode, type BytesKind } from '../../codec/index.js'
import type { ErrorRecord } from '../../core/errors.js'
import { shortError } from '../../core/message/short-error.js'
import type { Delivery, OnError, RetryPolicy } from '../../core/stream/stream-options.js'
import type { Origin } from '../../core/stream/origin.js'
import type { Lane, ReceiverState } from '../../core/plan/summary.js'
import type { DurableOpen, DurableProgress } from './durable-messages.js'
import type { LaneRef, ShmDescriptor } from './refs.js'

/**
 * Subjects of one stream. `open`, `chunk` and `end` go from the writer to the receivers, `progress` back. `data`, followed
 * by a part's number, is stored by JetStream; receivers that need every part subscribe to it as well.
 */
export type StreamSubject = 'open' | 'data' | 'chunk' | 'progress' | 'end'

export const streamSubject = (pipeline: string, id: string, what: StreamSubject): string =>
  `daffi.${pipeline}.stream.${id}.${what}`

/** Invitation to the nodes that offer the callback. */
export interface Open {
  id: string
  call: string
  from: string
  incarnation: string
  /** Name of the source; null or absent for an iterable of a program, and for results of a callback. */
  source?: string | null
  /** Side of a join that the stream is, by its name. */
  as?: string
  /** Present where the one item of a dead letter is replayed: its number in the durable stream `source`. */
  letter?: number
  delivery: Delivery
  buffer: number
  onError: OnError
  /** True when the items are what a callback yields, for its caller: the stream has the id of that call. */
  yields: boolean
  /** True when each item goes to one of the receivers, which report at once when they have finished it. */
  share: boolean
  /** The writer's shared memory; null when it has none. */
  shm: ShmDescriptor | null
  retry: RetryPolicy
  /** Present where the results of several writers are put in the order of their source. */
  order?: OrderedOpen
  /** Present for a durable stream: where its items are kept. */
  durable?: DurableOpen
  /** Incarnations that are invited. */
  to: string[]
}

/** Order of the results of all streams to one callback that are results of the same callback. */
export interface OrderedOpen {
  /** Callback whose results they are. */
  of: string
  /** Number and bytes of early results of this stream at which the window is full, and what happens then. */
  items: number
  bytes: number
  late: 'wait' | 'skip'
}

/** Acceptance of a receiver, published in order with the parts: all items from `first` on are its own. */
export interface Accept {
  what: 'accept'
  incarnation: string
  /** Number of this attach: a node that was gone attaches again, and counts from 0. */
  attach: number
  /** Number of the latest attach of all receivers. All present ones are accepted in one message. */
  accepts: number
  first: number
  /**
   * Present in a shared live stream: number of items that the receiver was given until a second ago. Those that it does not
   * know of were announced while it could not be reached, and are dropped. In a lossless one, for a receiver that leaves: number
   * of items that it is given in all; where the stream is not shared, the number after its last item.
   */
  given?: number
}

/** Assignment of one item of a shared stream to one receiver. */
export interface Assignment {
  attach: number
  /** Number of the item in the whole stream. */
  item: number
}

/** Key of an item by which a stream is shared. */
export interface ItemKey {
  /** Hash of the key: items of one key have one hash. */
  hash: string
  /**
   * Number of times that the receivers among which the keys are spread have changed, set when the item is assigned. A receiver that
   * keeps something of a key looks again when it has grown, since the key may have had another owner.
   */
  spread?: number
  /** Reason why the item has no key: it fails where it arrives. */
  fault?: string
}

/** Announcement of a part: where it can be loaded. A chunk is one item's bytes, or a batch of small values. */
export interface Part {
  what: 'part'
  /** Lane of the receivers that the announcement is for. */
  lane: Lane
  /**
   * Number of the latest attach when the part was sent. A receiver that does not know of it has missed a message, which may
   * have accepted it anew, and takes no parts until the accepts are repeated.
   */
  accepts: number
  /** Number of the chunk's first item; in a shared stream, counted among the receiver's own items. */
  first: number
  /** Items in the chunk. */
  count: number
  /** Present in a shared stream. */
  share?: Assignment
  /** Present in a stream that is shared by key. */
  key?: ItemKey
  /** Type of the bytes; null for a batch of values. */
  kind: BytesKind | null
  /** Bytes of the whole chunk. */
  bytes: number
  /** Position in the chunk where this part begins, in bytes. */
  offset: number
  /** Bytes of this part. */
  length: number
  /** Time when the first item was captured or yielded, in milliseconds since 1970. */
  time: number
  /** Present where items are results of a callback: origin of the only item, or true: one more value of the batch has them. */
  origin?: Origin | true
  ref: LaneRef
}

/** Item of a source up to which nothing will come any more, and its time. The number is -1 while that holds for none. */
export type SourceMark = [source: string | null, item: number, time: number]

/** State of a stage's stream of results: how far it is done with each of its sources. */
export interface Mark {
  what: 'mark'
  /** Items that the stream had when this was so: it holds for a receiver that has had them. */
  count: number
  /** Whether the results of each source are in order within this stream. */
  inOrder: boolean
  marks: SourceMark[]
}

/** Word to an idle receiver of a shared stream: up to these items all are assigned, and it was given so many of them. */
export interface Passed {
  what: 'passed'
  attach: number
  given: number
  marks: SourceMark[]
}

/** Outcomes of the items of one attach. */
export interface AttachCounts {
  attach: number
  processed: number
  dropped: number
  failed: number
  /** Present where the stream is a side of a join. */
  unmatched?: number
}

/** Progress of a receiver of a live or lossless stream. */
export interface Progress extends AttachCounts {
  node: string
  incarnation: string
  lane: Lane
  state: ReceiverState
  /** Attach that the counts belong to; 0 while the receiver waits to be accepted. */
  attach: number
  /** Counts of its earlier attaches, which may have grown since the writer gave them up. */
  earlier: AttachCounts[]
  /** Present where the callback gets several items at once: their number. */
  group?: number
  /** Present where the receiver leaves a lossless stream: it is to be given no more items, and told how many it has. */
  leaving?: true
  /** Present where the receiver is to be told how far the stream is assigned while it has nothing in hand. */
  marks?: true
  /** Present in a live stream: dropped items that came after one that the callback still has. */
  skipped?: number
  /** Credit: weight of the parts that were loaded or skipped since the accept. */
  loaded: number
  error: ErrorRecord | null
  latencyMs: { p50: number; p99: number } | null
}

/** End of a stream. It is repeated until every receiver has given its final counts. */
export interface End {
  /** Items that the source yielded. */
  count: number
  /** Present in a shared stream: number of items that each receiver was given, by attach. */
  shares?: Record<number, number>
  /** Reason why the source or the stream ended early. */
  error: ErrorRecord | null
  /** True when receivers are to give up items that are not processed yet. */
  cut: boolean
  /** Present in a shared durable stream: true once all its items are acknowledged. */
  drained?: boolean
  /** True when the writer does not wait any longer, so that receivers leave the stream. */
  closed: boolean
}

/** Control message that a writer publishes in order with its parts, several in one message. */
export type Announcement = Accept | Part | Mark | Passed

export function encodeMessage(message: Open | Announcement[] | Progress | DurableProgress | End): Uint8Array {
  if (!('error' in message) || message.error === null) return encode(message)
  return encode({ ...message, error: shortError(message.error) })
}

/** Number in the stream of the first item of the part's chunk. */
export const itemOf = ({ first, share }: Pick<Part, 'first' | 'share'>): number => share?.item ?? first

/** Weight of a part in flow control: its bytes, and those that the server needs to keep a message. */
export const partWeight = (length: number): number => length + 256
