import { setTimeout as delay } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { API_ERROR, isRefusalStatus } from '../../../nats/index.js'
import type { StoredCauses } from '../../../core/stream/cause.js'
import { randomId } from '../../../core/names.js'
import type { Items } from '../../common/write/feed.js'
import type { NatsLink } from '../../protocol/nats-link.js'
import { askServer } from '../store/ask-server.js'
import { lastStored, storeInfo, type DurableNames } from '../store/item-store.js'
import { pubAckOf, refused } from '../../protocol/publish-answer.js'
import { nextItemOf, recordHeaders, type RecordHeader } from '../store/record-header.js'
import type { StoreTrouble } from '../store/store-trouble.js'

const REQUEST_TIMEOUT_MS = 5000
const MAX_ATTEMPTS = 20
const RETRY_DELAY_MS = 250

/** Epoch of a durable stream, as one session of its writer finds it: one pass over the source, from item 0 to the end. */
export interface StreamEpoch {
  id: string
  /** Id of the writer's session, and of its stream. */
  writer: string
  /** Sequence of the epoch's first record. */
  start: number
  /** Number of the first item that is not stored yet. */
  next: number
  /** Whether all items are stored, though not every receiver has had them, and no more can come. */
  ended: boolean
  /** Items of a source that goes on with number `next`; absent when the source begins with item 0. */
  rest?: Items | undefined
  /** Latest results that are stored, where the items are results of a stage. */
  causes: StoredCauses
  /** Sequence of the session's own first record, which is the stream's last one for now. */
  last: number
}

interface EpochOptions {
  link: NatsLink
  jsm: JetStreamManager
  names: DurableNames
  /** Gives the items from a number on; undefined when the source can only begin with item 0. */
  resume: (position: number) => Promise<Items | undefined>
  trouble: StoreTrouble
  signal?: AbortSignal | undefined
}

/**
 * Resumes the epoch that is not finished, else begins a new one. A source that goes on where the last session was may have
 * new items even after its end.
 * @throws DaffiError DAFFI_STREAM_TAKEN when others keep storing under the same name
 */
export async function openEpoch(options: EpochOptions): Promise<StreamEpoch> {
  const { names, resume } = options
  const session = randomId()
  let rest: Items | undefined
  let position = 0
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await currentEpoch(options, session)
    const { id: run, writer, start, next, last } = found.epoch
    if (found.opened) return { ...found.epoch, rest }
    if (next !== position) {
      position = next
      rest = next === 0 ? undefined : await resume(next)
    }
    const ended = found.epoch.ended && rest === undefined
    const header: RecordHeader = ended
      ? { what: 'end', run, writer, start, count: next }
      : { what: 'begin', run, writer, start, next, causes: found.epoch.causes }
    // A record that an earlier session had on its way may come in between: then this one is refused, and we look again.
    await storeRecord(options, header, last - 1)
  }
  throw new DaffiError('DAFFI_STREAM_TAKEN', `${names.stream} is being written by others`)
}

/** Stores a record, unless another one has come in between; found is what is stored then. */
async function storeRecord(
  { link, names, signal, trouble }: EpochOptions,
  header: RecordHeader,
  lastSequence: number,
): Promise<void> {
  const request = (): Promise<Msg> =>
    link.nc.request(names.subject, '', {
      headers: recordHeaders(header, lastSequence),
      timeout: REQUEST_TIMEOUT_MS,
    })
  for (;;) {
    const reply = await link.whileConnected(request).catch(() => undefined)
    const error = reply && pubAckOf(reply.data).error
    if (reply && (!error || error.err_code === API_ERROR.wrongLastSequence)) return
    if (error && isRefusalStatus(error.code)) throw refused(error)
    if (error) trouble.onFailure(link, error.description)
    await delay(RETRY_DELAY_MS, undefined, { signal })
    // Without an answer it may be stored all the same.
    if (!reply) return
  }
}

async function currentEpoch(
  { link, jsm, names, signal }: EpochOptions,
  writer: string,
): Promise<{ epoch: StreamEpoch; opened: boolean }> {
  const asking = { link, stream: names.stream, signal }
  const last = await askServer(() => lastStored(jsm, names), asking)
  if (!last || last.header.what === 'done') {
    // Sequences of an emptied stream continue.
    const info = last ? undefined : await askServer(() => storeInfo(jsm, names.stream), asking)
    const start = (last?.end ?? info?.state.last_seq ?? 0) + 1
    const epoch = { id: randomId(), writer, start, next: 0, ended: false, causes: {}, last: start }
    return { epoch, opened: false }
  }
  const { run: id, start } = last.header
  const next = nextItemOf(last.header, last.length)
  const ended = last.header.what === 'end'
  const opened = last.header.writer === writer
  const sequence = (opened ? 0 : 1) + last.end
  const causes = 'causes' in last.header ? (last.header.causes ?? {}) : {}
  return { epoch: { id, writer, start, next, ended, causes, last: sequence }, opened }
}
