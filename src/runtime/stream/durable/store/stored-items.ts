import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { decodeBytes, decodeValues } from '../../../codec/index.js'
import { DaffiError } from '../../../core/errors.js'
import { Joining } from './chunk-assembler.js'
import type { Mark } from './record-header.js'
import {
  callOf,
  durableNames,
  lastStored,
  storedFrom,
  storeInfo,
  type DurableNames,
  type Stored,
} from './item-store.js'

/** From which item of the latest run on, or from what time on (ms since the epoch) whatever the run. */
export type ReplayStart = { item: number } | { time: number }

export interface StoredItems {
  /** The callback that the stream is for. */
  call: string
  items: AsyncIterable<unknown>
}

/**
 * The items that a durable stream still keeps, up to its present end.
 * @throws DaffiError DAFFI_NO_STREAM
 */
export async function storedItems(
  nc: NatsConnection,
  pipeline: string,
  name: string,
  from: ReplayStart,
): Promise<StoredItems> {
  const names = durableNames(pipeline, name)
  const jsm = await jetstreamManager(nc, { checkAPI: false })
  const info = await storeInfo(jsm, names.stream)
  const call = info && callOf(info)
  if (!info || call === undefined)
    throw new DaffiError('DAFFI_NO_STREAM', `there is no durable stream "${name}"`)
  const last = await lastStored(jsm, names)
  const first = 'item' in from ? Math.max(info.state.first_seq, last?.mark.start ?? 0) : info.state.first_seq
  const wanted = (stored: Stored): boolean =>
    'item' in from ? numberWithin(stored.mark) > from.item : stored.time >= from.time
  const start = last && (await firstWhere(jsm, names, first, last.sequence, wanted))
  if (start === undefined) {
    const where = 'item' in from ? `item ${from.item}` : new Date(from.time).toISOString()
    throw new DaffiError('DAFFI_NO_STREAM', `the durable stream "${name}" keeps nothing from ${where} on`)
  }
  const least = 'item' in from ? from.item : 0
  return { call, items: itemsBetween(jsm, names, { start, end: last?.sequence ?? start, least }) }
}

/** Number after the last item that a message has to do with: it never falls within a run. */
function numberWithin(mark: Mark): number {
  if (mark.what === 'part') return mark.first + mark.count
  return mark.what === 'begin' ? mark.next : mark.count
}

/** Binary search: what is wanted never stops being so from one message to the next. */
async function firstWhere(
  jsm: JetStreamManager,
  names: DurableNames,
  first: number,
  last: number,
  wanted: (stored: Stored) => boolean,
): Promise<number | undefined> {
  let [low, high] = [first, last + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const stored = await storedFrom(jsm, names, middle)
    if (!stored || wanted(stored)) high = middle
    else low = stored.sequence + 1
  }
  return low > last ? undefined : low
}

async function* itemsBetween(
  jsm: JetStreamManager,
  names: DurableNames,
  { start, end, least }: { start: number; end: number; least: number },
): AsyncGenerator {
  const joining = new Joining()
  for (let sequence = start; sequence <= end;) {
    const stored = await storedFrom(jsm, names, sequence)
    if (!stored) return
    sequence = stored.sequence + 1
    const chunk = joining.add({ mark: stored.mark, data: stored.data, redelivered: false })
    if (!chunk) continue
    if (chunk.kind) yield decodeBytes(chunk.kind, chunk.bytes)
    else yield* decodeValues(chunk.bytes).slice(Math.max(0, least - chunk.first))
  }
}
