import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StoredMsg,
  type StreamInfo,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { assertToken } from '../../../core/names.js'
import type { Retention } from '../../../core/plan.js'
import { markOf, type Mark } from './record-header.js'

const STREAM_NOT_FOUND = 10059
const CONSUMER_NOT_FOUND = 10014

/** Names that would be those of daffi's other JetStream streams. */
const RESERVED = /^(dead|jobs|schedules|stream_.*)$/

/** Where a durable stream is kept. */
export interface DurableNames {
  stream: string
  subject: string
}

/** @throws DaffiError DAFFI_BAD_NAME */
export function durableNames(pipeline: string, name: string): DurableNames {
  assertToken('stream', name)
  if (RESERVED.test(name)) {
    throw new DaffiError('DAFFI_BAD_NAME', `stream ${JSON.stringify(name)}: daffi keeps that name for itself`)
  }
  return { stream: `daffi_${pipeline}_${name}`, subject: `daffi.${pipeline}.stream.${name}.durable` }
}

export interface StoreOptions extends DurableNames {
  call: string
  retention: Retention
}

/**
 * Sees to it that the stream is there, with the retention that is wanted.
 * @throws DaffiError DAFFI_STREAM_MISMATCH when the name is in use for something else
 */
export async function ensureStore(jsm: JetStreamManager, options: StoreOptions): Promise<StreamInfo> {
  const { stream, subject, call, retention } = options
  const limits = { max_age: nanos(retention.ageMs), max_bytes: retention.bytes }
  const found = await storeInfo(jsm, stream)
  if (!found) {
    return await jsm.streams.add({
      name: stream,
      subjects: [subject],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      allow_direct: true,
      metadata: { daffi_call: call },
      ...limits,
    })
  }
  const { subjects, max_age, max_bytes } = found.config
  const offered = callOf(found)
  if (subjects.join() !== subject || offered !== call) {
    throw new DaffiError(
      'DAFFI_STREAM_MISMATCH',
      `the stream ${stream} is there already, ${offered === undefined ? 'and is none of daffi' : `with items for "${offered}", not "${call}"`}`,
    )
  }
  if (max_age === limits.max_age && max_bytes === limits.max_bytes) return found
  return await jsm.streams.update(stream, limits)
}

/** The callback that a durable stream's items are for. */
export function callOf(info: StreamInfo): string | undefined {
  return info.config.metadata?.daffi_call
}

export async function storeInfo(jsm: JetStreamManager, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await jsm.streams.info(stream)
  } catch (error) {
    if (isApiError(error, STREAM_NOT_FOUND)) return undefined
    throw error
  }
}

export interface Stored {
  sequence: number
  mark: Mark
  length: number
  data: Uint8Array
  /** When it was stored, in milliseconds since the epoch. */
  time: number
}

/** The last message that the stream keeps. */
export async function lastStored(
  jsm: JetStreamManager,
  { stream, subject }: DurableNames,
): Promise<Stored | undefined> {
  return storedOf(await jsm.streams.getMessage(stream, { last_by_subj: subject }))
}

/** The first message that the stream keeps from `sequence` on. */
export async function storedFrom(
  jsm: JetStreamManager,
  { stream, subject }: DurableNames,
  sequence: number,
): Promise<Stored | undefined> {
  return storedOf(await jsm.direct.getMessage(stream, { seq: sequence, next_by_subj: subject }))
}

function storedOf(message: StoredMsg | null): Stored | undefined {
  const mark = markOf(message?.header)
  if (!message || !mark) return undefined
  const { seq: sequence, data, time } = message
  return { sequence, mark, data, length: data.length, time: time.getTime() }
}

export function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code
}

export function isConsumerNotFound(error: unknown): boolean {
  return isApiError(error, CONSUMER_NOT_FOUND)
}
