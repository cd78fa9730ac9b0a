import { headers, type MsgHdrs } from '@nats-io/transport-node'
import type { BytesKind } from '../../../codec/index.js'
import { isCount, isMap, isName, isText, mapOf, orAbsent, recordOf } from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'
import type { StoredCauses } from '../../../core/stream/cause.js'
import type { Origin } from '../../../core/stream/origin.js'
import { isPartRange } from '../../protocol/message-forms.js'

/** Name of the header that every record of a durable stream has; its value is JSON. */
const HEADER = 'Daffi-Durable'

/** Epoch of the stream that a record belongs to, and the session that stored it. */
interface EpochRef {
  /** Id of the epoch. */
  run: string
  /** Id of the writer's session, and of its stream; an epoch that is resumed has several. */
  writer: string
  /** Sequence of the epoch's first record. */
  start: number
}

/** Begin of a writer's session: the next item to be stored is number `next`. */
interface BeginHeader extends EpochRef {
  what: 'begin'
  next: number
  causes?: StoredCauses
}

/** Part of a chunk, which is one item's bytes or a batch of small values. The payload is the part's bytes. */
export interface PartHeader extends EpochRef {
  what: 'part'
  /** Number of the chunk's first item. */
  first: number
  /** Items in the chunk. */
  count: number
  kind: BytesKind | null
  /** Bytes of the whole chunk. */
  bytes: number
  /** Position in the chunk where this part begins, in bytes. */
  offset: number
  /** Time when the first item was captured or yielded, in milliseconds since 1970. */
  time: number
  /** Where items are results of a callback: origin of the only item, or true: one more value of the batch has them. */
  origin?: Origin | true
  /** Latest results that are stored with this chunk, where they are results of items of durable streams. */
  causes?: StoredCauses
}

/**
 * `end`: the iterable is at its end. `done`: every receiver has processed everything, so that the next session begins a
 * new epoch.
 */
interface CloseHeader extends EpochRef {
  what: 'end' | 'done'
  /** Items of the epoch. */
  count: number
}

export type RecordHeader = BeginHeader | PartHeader | CloseHeader

/** Headers of a record. @param lastSequence sequence that the stream must have before it */
export function recordHeaders(header: RecordHeader, lastSequence: number): MsgHdrs {
  const head = headers()
  head.set(HEADER, JSON.stringify(header))
  // Makes storing twice impossible: a record that is repeated, or comes from another writer, is out of sequence.
  head.set('Nats-Expected-Last-Sequence', String(lastSequence))
  return head
}

/** Header of a record; undefined for a message that is not daffi's. */
export function recordHeaderOf(head: MsgHdrs | undefined): RecordHeader | undefined {
  const header = parseJson(head?.get(HEADER) ?? '')
  return isRecordHeader(header) ? header : undefined
}

const isEpochRef = mapOf<EpochRef>({ run: isName, writer: isName, start: isCount })

const areCauses = orAbsent(
  recordOf(isText, (value) => Array.isArray(value) && value.length === 2 && value.every(isCount)),
)

function isRecordHeader(value: unknown): value is RecordHeader {
  if (!isMap(value) || !isEpochRef(value)) return false
  const { what, next, count } = value as Record<string, unknown>
  if (!areCauses(value['causes'])) return false
  if (what === 'begin') return isCount(next)
  return what === 'part' ? isPartRange(value) : (what === 'end' || what === 'done') && isCount(count)
}

/** Number of the first item that is not stored before this record. */
export function firstItemOf(header: RecordHeader): number {
  if (header.what === 'begin') return header.next
  return header.what === 'part' ? header.first : header.count
}

/**
 * Number of the first item that is not stored with this record or before it. A chunk counts with its last part.
 * @param length of the record's payload
 */
export function nextItemOf(header: RecordHeader, length: number): number {
  const complete = header.what === 'part' && header.offset + length === header.bytes
  return complete ? header.first + header.count : firstItemOf(header)
}

/** Place of a record in the epoch, wherever it is stored. */
export function placeOf(header: RecordHeader): string {
  return `${header.what} ${firstItemOf(header)} ${header.what === 'part' ? header.offset : 0}`
}
