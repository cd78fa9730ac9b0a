import { setTimeout as delay } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import { lastStored, storeInfo, type DurableNames } from '../store/item-store.js'
import { nextItemOf, recordHeaders, type RecordHeader } from '../store/record-header.js'

const REQUEST_TIMEOUT_MS = 5000
const MAX_ATTEMPTS = 20
const RETRY_DELAY_MS = 250

/** Epoch of a durable stream, as one session of its writer finds it: one pass over the source, from item 0 to the end. */
export interface StreamEpoch {
  id: string
  /** Id of the writer's session. */
  writer: string
  /** Sequence of the epoch's first record. */
  start: number
  /** Number of the first item that is not stored yet. */
  next: number
  /** Whether all items are stored, though not every receiver has had them. */
  ended: boolean
  /** Sequence of the session's own first record, which is the stream's last one for now. */
  last: number
}

/**
 * Resumes the epoch that is not finished, else begins a new one.
 * @throws DaffiError DAFFI_STREAM_TAKEN when others keep storing under the same name
 */
export async function openEpoch(
  nc: NatsConnection,
  jsm: JetStreamManager,
  names: DurableNames,
): Promise<StreamEpoch> {
  const session = randomId()
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await currentEpoch(jsm, names, session)
    if (found.opened) return found.epoch
    const { id: run, writer, start, next, last, ended } = found.epoch
    const header: RecordHeader = ended
      ? { what: 'end', run, writer, start, count: next }
      : { what: 'begin', run, writer, start, next }
    // A record that an earlier session had on its way may come in between: then this one is refused, and we look again.
    await nc
      .request(names.subject, '', {
        headers: recordHeaders(header, last - 1),
        timeout: REQUEST_TIMEOUT_MS,
      })
      .catch(() => delay(RETRY_DELAY_MS))
  }
  throw new DaffiError('DAFFI_STREAM_TAKEN', `${names.stream} is being written by others`)
}

async function currentEpoch(
  jsm: JetStreamManager,
  names: DurableNames,
  writer: string,
): Promise<{ epoch: StreamEpoch; opened: boolean }> {
  const last = await lastStored(jsm, names)
  if (!last || last.header.what === 'done') {
    // Sequences of an emptied stream continue.
    const start = (last?.sequence ?? (await storeInfo(jsm, names.stream))?.state.last_seq ?? 0) + 1
    return { epoch: { id: randomId(), writer, start, next: 0, ended: false, last: start }, opened: false }
  }
  const { run: id, start } = last.header
  const next = nextItemOf(last.header, last.length)
  const ended = last.header.what === 'end'
  const opened = last.header.writer === writer
  const sequence = opened ? last.sequence : last.sequence + 1
  return { epoch: { id, writer, start, next, ended, last: sequence }, opened }
}
