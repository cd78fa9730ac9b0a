import { setTimeout as delay } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import { markHeaders, numberAfter, type Mark } from '../store/record-header.js'
import { lastStored, storeInfo, type DurableNames } from '../store/item-store.js'

const ANSWER_MS = 5000
const ATTEMPTS = 20
const AGAIN_MS = 250

/** One session of a writer in a run of a durable stream. */
export interface DurableRun {
  run: string
  writer: string
  /** Sequence of the run's first message. */
  start: number
  /** Number of the first item that is not stored yet. */
  next: number
  /** All items of the run are stored, though not every receiver has had them. */
  ended: boolean
  /** Sequence of the session's own first message, the last one for now. */
  last: number
}

/**
 * Goes on with the run that is not finished, else begins a new one.
 * @throws DaffiError DAFFI_STREAM_TAKEN when others keep storing under the same name
 */
export async function openRun(
  nc: NatsConnection,
  jsm: JetStreamManager,
  names: DurableNames,
): Promise<DurableRun> {
  const writer = randomId()
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await currentRun(jsm, names, writer)
    if (found.opened) return found.run
    const { run, writer: mine, start, next, last } = found.run
    const mark: Mark = found.run.ended
      ? { what: 'end', run, writer: mine, start, count: next }
      : { what: 'begin', run, writer: mine, start, next }
    // What a predecessor had on its way may still come in between; then the answer is a refusal, and we look again.
    await nc
      .request(names.subject, '', { headers: markHeaders(mark, last - 1), timeout: ANSWER_MS })
      .catch(() => delay(AGAIN_MS))
  }
  throw new DaffiError('DAFFI_STREAM_TAKEN', `${names.stream} is being written by others`)
}

async function currentRun(
  jsm: JetStreamManager,
  names: DurableNames,
  writer: string,
): Promise<{ run: DurableRun; opened: boolean }> {
  const last = await lastStored(jsm, names)
  if (!last || last.mark.what === 'done') {
    // An emptied stream counts on from where it was.
    const start = (last?.sequence ?? (await storeInfo(jsm, names.stream))?.state.last_seq ?? 0) + 1
    return { run: { run: randomId(), writer, start, next: 0, ended: false, last: start }, opened: false }
  }
  const { run, start } = last.mark
  const next = numberAfter(last.mark, last.length)
  const ended = last.mark.what === 'end'
  const opened = last.mark.writer === writer
  const sequence = opened ? last.sequence : last.sequence + 1
  return { run: { run, writer, start, next, ended, last: sequence }, opened }
}
