import { headers, type MsgHdrs } from '@nats-io/transport-node'
import type { BytesKind } from '../../../codec/index.js'

/** The header of every message that a durable stream keeps; its value is JSON. */
const HEADER = 'Daffi-Durable'

/** Which run of the stream a message belongs to, and who stored it. */
interface Origin {
  run: string
  /** Id of the writer's session; a run that is resumed has several. */
  writer: string
  /** Sequence of the run's first message. */
  start: number
}

/** A session of a writer begins: the next item to be stored is number `next`. */
interface Begin extends Origin {
  what: 'begin'
  next: number
}

/** A part of a chunk, which is one item's bytes or a batch of small values. The payload is the part's bytes. */
export interface StoredPart extends Origin {
  what: 'part'
  /** Number of the chunk's first item. */
  first: number
  /** Items in the chunk. */
  count: number
  kind: BytesKind | null
  /** Bytes of the whole chunk. */
  bytes: number
  /** Where in the chunk this part begins. */
  offset: number
  /** When the first item was captured or yielded, in milliseconds since the epoch. */
  time: number
}

/** `end`: the iterable is at its end. `done`: every receiver has had everything, so the next run is a new one. */
interface Close extends Origin {
  what: 'end' | 'done'
  /** Items of the run. */
  count: number
}

export type Mark = Begin | StoredPart | Close

export function markHeaders(mark: Mark, lastSequence: number): MsgHdrs {
  const head = headers()
  head.set(HEADER, JSON.stringify(mark))
  // What makes storing twice impossible: whatever is repeated, or comes from another writer, is out of sequence.
  head.set('Nats-Expected-Last-Sequence', String(lastSequence))
  return head
}

export function markOf(head: MsgHdrs | undefined): Mark | undefined {
  const text = head?.get(HEADER)
  return text ? (JSON.parse(text) as Mark) : undefined
}

/** Number of the first item that is not stored before this message. */
export function numberAt(mark: Mark): number {
  if (mark.what === 'begin') return mark.next
  return mark.what === 'part' ? mark.first : mark.count
}

/** Number of the first item that is not stored with this message or before it. A chunk counts with its last part. */
export function numberAfter(mark: Mark, length: number): number {
  const whole = mark.what === 'part' && mark.offset + length === mark.bytes
  return whole ? mark.first + mark.count : numberAt(mark)
}
