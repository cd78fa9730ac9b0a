import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { decodeBytes } from '../../../codec/index.js'
import { DaffiError } from '../../../core/errors.js'
import { batchValues } from '../../common/read/batch-values.js'
import { ChunkAssembler } from './chunk-assembler.js'
import type { RecordHeader } from './record-header.js'
import {
  callOf,
  durableNames,
  lastStored,
  storedFrom,
  storeInfo,
  type DurableNames,
  type StoredRecord,
} from './item-store.js'

/** Start of a replay: an item of the latest epoch, or a time (milliseconds since 1970) in any. */
export type ReplayStart = { item: number } | { time: number }

export interface StoredItems {
  /** Callback that the stream is for. */
  call: string
  items: AsyncIterable<unknown>
}

/**
 * Items that a durable stream still keeps, up to its present end.
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
  const first =
    'item' in from ? Math.max(info.state.first_seq, last?.header.start ?? 0) : info.state.first_seq
  const wanted = (stored: StoredRecord): boolean =>
    'item' in from ? itemsWith(stored.header) > from.item : stored.time >= from.time
  const start = last && (await firstWhere(jsm, names, first, last.sequence, wanted))
  if (start === undefined) {
    const where = 'item' in from ? `item ${from.item}` : new Date(from.time).toISOString()
    throw new DaffiError('DAFFI_NO_STREAM', `the durable stream "${name}" keeps nothing from ${where} on`)
  }
  const skipTo = 'item' in from ? from.item : 0
  return { call, items: itemsBetween(jsm, names, { start, end: last?.sequence ?? start, skipTo }) }
}

/** Number after the last item that a record concerns. Within an epoch it never decreases. */
function itemsWith(header: RecordHeader): number {
  if (header.what === 'part') return header.first + header.count
  return header.what === 'begin' ? header.next : header.count
}

/** Binary search for the first wanted record: all records after a wanted one are wanted as well. */
async function firstWhere(
  jsm: JetStreamManager,
  names: DurableNames,
  first: number,
  last: number,
  wanted: (stored: StoredRecord) => boolean,
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
  { start, end, skipTo }: { start: number; end: number; skipTo: number },
): AsyncGenerator {
  const assembler = new ChunkAssembler()
  for (let sequence = start; sequence <= end;) {
    const stored = await storedFrom(jsm, names, sequence)
    if (!stored) return
    sequence = stored.sequence + 1
    const chunk = assembler.add({ header: stored.header, data: stored.data, redelivered: false })
    if (!chunk) continue
    if (chunk.kind) yield decodeBytes(chunk.kind, chunk.bytes)
    else yield* (batchValues(chunk.bytes, chunk)?.values ?? []).slice(Math.max(0, skipTo - chunk.first))
  }
}
