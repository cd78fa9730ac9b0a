import { isBytesKind } from '../../codec/index.js'
import {
  isBoolean,
  isCount,
  isErrorRecord,
  isMap,
  isMeasure,
  isName,
  isNumber,
  isText,
  isWhole,
  isWithin,
  listOf,
  mapOf,
  oneOf,
  orAbsent,
  orNull,
  recordOf,
} from '../../core/message/forms.js'
import { isLane, isLatency, isReceiverState } from '../../core/message/summary-form.js'
import type { Origin, OriginRun } from '../../core/stream/origin.js'
import { DELIVERIES, ON_ERROR } from '../../core/stream/stream-options.js'
import type { DurableOpen, DurableProgress } from './durable-messages.js'
import type { CopyRequest, LatestRequest, LatestResponse } from './latest-messages.js'
import type {
  Accept,
  Announcement,
  AttachCounts,
  End,
  ItemKey,
  Mark,
  Open,
  OrderedOpen,
  Part,
  Passed,
  Progress,
} from './messages.js'
import { isRefOf, isShmDescriptor, MAX_INT_32 } from './refs.js'

/** Sources whose marks one message has. */
export const MAX_MARKS = 256
/** Bytes of the largest chunk: the longest Buffer of the oldest Node that daffi runs on. */
const MAX_CHUNK_BYTES = 2 ** 32

const counts = {
  attach: isCount,
  processed: isCount,
  dropped: isWhole,
  failed: isCount,
  unmatched: orAbsent(isCount),
}

const isAccept = mapOf<Accept>({
  what: oneOf('accept'),
  incarnation: isName,
  attach: isCount,
  accepts: isCount,
  first: isCount,
  given: orAbsent(isCount),
})

/** Whether the value gives marks of some sources, each once. */
function areMarks(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_MARKS) return false
  const sources = new Set<unknown>()
  for (const mark of value as unknown[]) {
    if (!Array.isArray(mark) || mark.length !== 3) return false
    const [source, item, time] = mark as unknown[]
    if (!(source === null || isText(source)) || sources.has(source)) return false
    if (item !== -1 && !isCount(item)) return false
    if (!Number.isFinite(time)) return false
    sources.add(source)
  }
  return true
}

const isMark = mapOf<Mark>({ what: oneOf('mark'), count: isCount, inOrder: isBoolean, marks: areMarks })
const isPassed = mapOf<Passed>({ what: oneOf('passed'), attach: isCount, given: isCount, marks: areMarks })

/** Facts about a chunk and one of its parts that an announcement and a stored record have in common. */
export type PartRange = Pick<Part, 'first' | 'count' | 'kind' | 'bytes' | 'offset' | 'time' | 'origin'>

const isOrigin = mapOf<Origin>({ source: orNull(isText), item: isCount, time: isNumber })

/** Whether the value gives the origins of so many items. */
export function areOriginRuns(value: unknown, count: number): value is OriginRun[] {
  if (!Array.isArray(value)) return false
  let covered = 0
  for (const run of value as unknown[]) {
    if (!Array.isArray(run)) return false
    const [source, item, length, step, time] = run as unknown[]
    if (!(source === null || isText(source)) || !isCount(item) || !isCount(length)) return false
    if ((step !== 0 && step !== 1) || typeof time !== 'number') return false
    covered += length as number
  }
  return covered === count
}

/** Whether the numbers of a part fit together. By hand, like `isPart`: each item of a stream is announced by one. */
export function isPartRange(value: object): boolean {
  const { first, count, kind, bytes, offset, time, origin } = value as Partial<
    Record<keyof PartRange, unknown>
  >
  if (!isCount(first) || !isCount(count) || !isCount(bytes) || !isCount(offset)) return false
  if (!Number.isSafeInteger((first as number) + (count as number)) || typeof time !== 'number') return false
  if ((bytes as number) > MAX_CHUNK_BYTES || (offset as number) > (bytes as number)) return false
  if (origin !== undefined && !(kind === null ? origin === true : isOrigin(origin))) return false
  return kind === null ? (count as number) > 0 : count === 1 && isBytesKind(kind)
}

const isItemKey = orAbsent(
  mapOf<ItemKey>({ hash: isName, spread: orAbsent(isCount), fault: orAbsent(isText) }),
)

/** Whether the value is the announcement of a part, whose place can exist on its lane. */
export function isPart(value: unknown): value is Part {
  if (!isMap(value) || value['what'] !== 'part' || !isPartRange(value)) return false
  const { lane, accepts, share, key, offset, bytes, length, ref } = value as Partial<
    Record<keyof Part, unknown>
  >
  if (!isCount(accepts) || !isCount(length) || !isRefOf(lane, ref, length as number)) return false
  if ((offset as number) + (length as number) > (bytes as number) || !isItemKey(key)) return false
  return share === undefined || (isMap(share) && isCount(share['attach']) && isCount(share['item']))
}

const isShm = orNull(isShmDescriptor)

export const isOpen = mapOf<Open>({
  id: isName,
  call: isName,
  from: isName,
  incarnation: isName,
  source: orAbsent(orNull(isText)),
  as: orAbsent(isName),
  letter: orAbsent(isCount),
  delivery: oneOf(...DELIVERIES),
  buffer: isCount,
  onError: oneOf(...ON_ERROR),
  yields: isBoolean,
  share: isBoolean,
  shm: isShm,
  retry: mapOf<Open['retry']>({ attempts: isCount, delayMs: isMeasure, backoff: isMeasure }),
  order: orAbsent(
    mapOf<OrderedOpen>({
      of: isText,
      items: isWithin(1, MAX_INT_32),
      bytes: isCount,
      late: oneOf('wait', 'skip'),
    }),
  ),
  durable: orAbsent(
    mapOf<DurableOpen>({ stream: isText, subject: isText, run: isName, start: isCount, ageMs: isMeasure }),
  ),
  to: listOf(isName),
})

export const areAnnouncements = listOf(
  (value) => isPart(value) || isAccept(value) || isMark(value) || isPassed(value),
) as (value: unknown) => value is Announcement[]

export const isProgress = mapOf<Progress>({
  ...counts,
  node: isName,
  incarnation: isName,
  lane: isLane,
  state: isReceiverState,
  earlier: listOf(mapOf<AttachCounts>(counts)),
  group: orAbsent(isWithin(1, MAX_INT_32)),
  leaving: orAbsent((value) => value === true),
  marks: orAbsent((value) => value === true),
  skipped: orAbsent(isCount),
  loaded: isCount,
  error: orNull(isErrorRecord),
  latencyMs: isLatency,
})

export const isDurableProgress = mapOf<DurableProgress>({
  node: isName,
  incarnation: isName,
  reader: isName,
  state: isReceiverState,
  first: isCount,
  position: isCount,
  floor: isCount,
  kept: orAbsent(isCount),
  failed: isCount,
  unmatched: orAbsent(isCount),
  lost: isWhole,
  holds: orAbsent(listOf(isText)),
  error: orNull(isErrorRecord),
  latencyMs: isLatency,
})

export const isEnd = mapOf<End>({
  count: isCount,
  shares: orAbsent(recordOf(isText, isCount)),
  error: orNull(isErrorRecord),
  cut: isBoolean,
  drained: orAbsent(isBoolean),
  closed: isBoolean,
})

export const isLatestRequest = mapOf<LatestRequest>({ from: isCount, lane: isLane })

/** Whether the value is the answer to an observer: parts of one chunk, in order and without gaps. */
export function isLatestResponse(value: unknown): value is LatestResponse {
  if (!isMap(value) || !isShm(value['shm']) || !Array.isArray(value['parts'])) return false
  const parts: readonly unknown[] = value['parts']
  let end = 0
  for (const part of parts) {
    if (!isPart(part) || part.offset !== end || part.bytes !== (parts[0] as Part).bytes) return false
    end += part.length
  }
  return parts.length === 0 || end === (parts[0] as Part).bytes
}

export const isCopyRequest = mapOf<CopyRequest>({
  ref: (value) => isRefOf('shm', value, 0),
  offset: isCount,
  length: isCount,
})
