import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type ConsumerInfo,
  type JetStreamManager,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { assertToken } from '../../../core/names.js'
import type { Retention } from '../../../core/stream/stream-options.js'
import { isApiError } from '../../../nats/index.js'
import { durableSubject } from '../../protocol/durable-messages.js'
import { recordHeaderOf, type RecordHeader } from './record-header.js'

/** Names of daffi's other JetStream streams. */
const RESERVED = /^(dead|jobs|schedules|stream_.*)$/

/** JetStream stream that keeps a durable stream, and its subject. */
export interface DurableNames {
  stream: string
  subject: string
}

/** @throws DaffiError DAFFI_BAD_NAME */
export function durableNames(pipeline: string, name: string): DurableNames {
  assertToken('stream', name)
  if (RESERVED.test(name)) {
    throw new DaffiError('DAFFI_BAD_NAME', `stream ${JSON.stringify(name)}: this name is reserved for daffi`)
  }
  return { stream: `daffi_${pipeline}_${name}`, subject: durableSubject(pipeline, name) }
}

export interface StoreOptions extends DurableNames {
  call: string
  retention: Retention
}

/**
 * Creates the stream, or checks the existing one and updates its retention.
 * @throws DaffiError DAFFI_STREAM_MISMATCH when the name is in use for something else, DAFFI_STORE_FULL
 */
export async function ensureStore(jsm: JetStreamManager, options: StoreOptions): Promise<StreamInfo> {
  const { stream, subject, call, retention } = options
  const limits = { max_age: nanos(retention.ageMs), max_bytes: retention.bytes }
  const found = await storeInfo(jsm, stream)
  if (!found) {
    const adding = jsm.streams.add({
      name: stream,
      subjects: [subject],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      allow_direct: true,
      metadata: { daffi_call: call },
      ...limits,
    })
    return await adding.catch((error: unknown) => {
      throw withAdvice(error)
    })
  }
  const { subjects, max_age, max_bytes } = found.config
  const existing = callOf(found)
  if (subjects.join() !== subject || existing !== call) {
    throw new DaffiError(
      'DAFFI_STREAM_MISMATCH',
      `the stream ${stream} exists already, ${existing === undefined ? 'and is not a stream of daffi' : `with items for "${existing}", not "${call}"`}`,
    )
  }
  if (max_age === limits.max_age && max_bytes === limits.max_bytes) return found
  return await jsm.streams.update(stream, limits).catch((error: unknown) => {
    throw withAdvice(error)
  })
}

/** Gives the server's refusal to reserve room for a stream with what to do about it, and any other error as it is. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof DaffiError) || error.code !== 'DAFFI_STORE_FULL') return error
  const { message, cause, details = {} } = error
  return new DaffiError('DAFFI_STORE_FULL', message, {
    cause,
    details,
    next: "Lower the stream's retention, such as STREAM: { delivery: durable, retention: { bytes: 4 MiB } }, or give the server more room (max_file_store, and the limits of the account).",
  })
}

/** Callback that a durable stream's items are for. */
export function callOf(info: StreamInfo): string | undefined {
  return info.config.metadata?.daffi_call
}

export async function storeInfo(jsm: JetStreamManager, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(stream)
  } catch (error) {
    if (isApiError(error, 'streamNotFound')) return undefined
    throw error
  }
}

/** State of a consumer; undefined when there is none of that name. */
export async function consumerInfo(
  jsm: JetStreamManager,
  stream: string,
  name: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await jsm.consumers.info(stream, name)
  } catch (error) {
    if (isApiError(error, 'consumerNotFound')) return undefined
    throw error
  }
}

/** Record as it lies in the stream. */
export interface StoredRecord {
  sequence: number
  header: RecordHeader
  length: number
  data: Uint8Array
  /** Time when it was stored, in milliseconds since 1970. */
  time: number
}

/** Last record that a stream keeps, and the sequence of its last message, which may not be daffi's. */
export type LastRecord = StoredRecord & { end: number }

/** Last record that the stream keeps. Messages after it that are not daffi's are passed over. */
export async function lastStored(
  jsm: JetStreamManager,
  { stream, subject }: DurableNames,
): Promise<LastRecord | undefined> {
  const last = await jsm.streams.getMessage(stream, { last_by_subj: subject })
  for (let message = last; message;) {
    const record = recordOf(message)
    if (record) return { ...record, end: last?.seq ?? record.sequence }
    if (message.seq === 1) return undefined
    message = await messageBefore(jsm, stream, message.seq)
  }
  return undefined
}

/** Message with the next lower sequence that the stream keeps. */
async function messageBefore(
  jsm: JetStreamManager,
  stream: string,
  sequence: number,
): Promise<StoredMsg | null> {
  const { first_seq } = (await jsm.streams.info(stream)).state
  for (let before = sequence - 1; before >= Math.max(1, first_seq); before--) {
    const message = await jsm.streams.getMessage(stream, { seq: before })
    if (message) return message
  }
  return null
}

/** Record with that sequence; undefined when there is none, or the message is not daffi's. */
export async function storedAt(
  jsm: JetStreamManager,
  { stream }: Pick<DurableNames, 'stream'>,
  sequence: number,
): Promise<StoredRecord | undefined> {
  return recordOf(await jsm.streams.getMessage(stream, { seq: sequence }))
}

/**
 * First record that the stream keeps from `sequence` on. A replica may not know of the latest ones, so it is asked twice.
 * Messages that are not daffi's are passed over.
 */
export async function storedFrom(
  jsm: JetStreamManager,
  { stream, subject }: DurableNames,
  sequence: number,
): Promise<StoredRecord | undefined> {
  for (let seq = sequence; ;) {
    const query = { seq, next_by_subj: subject }
    const message: StoredMsg | null =
      (await jsm.direct.getMessage(stream, query)) ?? (await jsm.streams.getMessage(stream, query))
    const record = recordOf(message)
    if (record || !message) return record
    seq = message.seq + 1
  }
}

function recordOf(message: StoredMsg | null): StoredRecord | undefined {
  const header = recordHeaderOf(message?.header)
  if (!message || !header) return undefined
  const { seq: sequence, data, time } = message
  return { sequence, header, data, length: data.length, time: time.getTime() }
}
