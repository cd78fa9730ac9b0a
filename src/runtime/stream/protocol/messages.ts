import { decode, encode, type BytesKind } from '../../codec/index.js'
import type { ErrorRecord } from '../../core/errors.js'
import type { Delivery, OnError, RetryPolicy } from '../../core/plan.js'
import type { Lane, ReceiverState } from '../../core/summary.js'
import type { DurableOpen } from './durable-messages.js'
import type { LaneRef } from '../lanes/lane.js'
import type { ShmOffer } from '../lanes/shm/shm-writer.js'

/**
 * One stream's subjects. `open`, `chunk` and `end` go from the writer to the receivers, `progress` back;
 * `data`, with the number of a part behind it, is stored by JetStream, and heard by who needs every part.
 */
export type StreamSubject = 'open' | 'data' | 'chunk' | 'progress' | 'end'

export const streamSubject = (pipeline: string, id: string, what: StreamSubject): string =>
  `daffi.${pipeline}.stream.${id}.${what}`

/** An invitation to the nodes that offer the callback. */
export interface Open {
  id: string
  call: string
  from: string
  incarnation: string
  delivery: Delivery
  buffer: number
  onError: OnError
  /** The items are what a callback yields, for its caller: the stream has the id of that call. */
  yields: boolean
  /** Each item is for one of the receivers, which say at once when they are done with it. */
  share: boolean
  /** Where the writer's shared memory is; null when there is none to share. */
  shm: ShmOffer | null
  retry: RetryPolicy
  /** Where a durable stream is kept. */
  durable?: DurableOpen
  /** Incarnations that are invited. */
  to: string[]
}

/** Sent among the parts, so that a receiver knows which of them are its own: all items from `first` on. */
export interface Accept {
  what: 'accept'
  incarnation: string
  /** Which attach is meant; a node that was taken for dead attaches again, and counts anew. */
  attach: number
  first: number
  /** The receiver's pin, when it is on shared memory. */
  pin: number | null
}

/** Whom one item of a shared stream is for. */
export interface Assignment {
  attach: number
  /** Number in the whole stream. */
  item: number
}

/** Says where a part of a chunk can be loaded. A chunk is one item's bytes, or a batch of small values. */
export interface Part {
  what: 'part'
  /** For the receivers on this lane. */
  lane: Lane
  /** Number of the chunk's first item; where items are shared, among those of the receiver that it is for. */
  first: number
  /** Items in the chunk. */
  count: number
  /** Where items are shared: whom the chunk is for, and its item's number in the stream. */
  share?: Assignment
  /** What the bytes are; null for a batch of values. */
  kind: BytesKind | null
  /** Bytes of the whole chunk. */
  bytes: number
  /** Where in the chunk this part begins. */
  offset: number
  /** Bytes of this part. */
  length: number
  /** When the first item was captured or yielded, in milliseconds since the epoch. */
  time: number
  ref: LaneRef
}

export interface Progress {
  node: string
  incarnation: string
  pid: number
  lane: Lane
  state: ReceiverState
  /** The accept that the counts belong to; 0 before there was one. */
  attach: number
  /** Credit: cost of the parts that were loaded or skipped since the accept. */
  loaded: number
  processed: number
  dropped: number
  failed: number
  error: ErrorRecord | null
  latencyMs: { p50: number; p99: number } | null
}

export interface End {
  /** Items that the source yielded. */
  count: number
  /** Where items are shared: how many each receiver was given, by its attach. */
  shares?: Record<number, number>
  /** Why the source or the stream ended before its time. */
  error: ErrorRecord | null
  /** Leave what is not processed yet. */
  cut: boolean
  /** Where durable items are shared: all of them are acknowledged. */
  drained?: boolean
  /** The writer has what it waited for, or gives up: let go of the stream. */
  closed: boolean
}

export function encodeMessage(message: Open | Word[] | Progress | End): Uint8Array {
  return encode(message)
}

export function decodeMessage(bytes: Uint8Array): unknown {
  return decode(bytes)
}

/** Number in the stream of the first item of the part's chunk. */
export const itemOf = ({ first, share }: Pick<Part, 'first' | 'share'>): number => share?.item ?? first

/** What a writer says among its parts, several in one message. */
export type Word = Accept | Part

/** What a part costs of the window: its bytes and what the server needs to keep it. */
export const partCost = (length: number): number => length + 256
