import { decode, encode } from '../../../codec/index.js'
import {
  isCount,
  isMap,
  isMeasure,
  isName,
  mapOf,
  oneOf,
  orAbsent,
  orNull,
} from '../../../core/message/forms.js'
import { isRemoteFields, type RemoteErrorFields } from '../../api/remote-error.js'
import { isPartsRef, type PartsRef } from './stored-parts.js'

/** One incarnation of a node, as the holder or the caller of a job. */
export interface Holder {
  node: string
  incarnation: string
}

/** How a job ended. */
export type JobOutcome =
  { state: 'done'; value: unknown } | { state: 'failed'; error: RemoteErrorFields } | { state: 'cancelled' }

/** An outcome that is too large for one message. Its parts together are a record of their own. */
interface StoredOutcome {
  state: JobOutcome['state']
  parts: PartsRef
}

/**
 * Record of a job that has ended. `sequence` is that of its message in the queue. `args` are the arguments of one that has failed,
 * by which it can be run again.
 */
export type EndedRecord = (JobOutcome | StoredOutcome) & { sequence: number | null; args?: PartsRef }

/** Record of a job that a node runs. `attempts` have failed before; absent when none has. */
export type RunningRecord = { state: 'running'; sequence: number; attempts?: number } & Holder

/**
 * Record of a job whose last attempt has failed, and which is due again at `due` (milliseconds since 1970). Without a sequence, of
 * one that was accepted under its id, or is run once more, and that no node has had since.
 */
export interface WaitingRecord {
  state: 'waiting'
  sequence: number | null
  attempts: number
  due: number
}

/** Record of a job that a node has claimed, or that has ended. */
export type JobRecord = RunningRecord | WaitingRecord | EndedRecord

/** Whether the job has ended, for everybody and for good. */
export function hasEnded(record: JobRecord): record is EndedRecord {
  return record.state !== 'running' && record.state !== 'waiting'
}

/** @throws DaffiError DAFFI_UNSENDABLE */
export function encodeRecord(record: JobRecord): Uint8Array {
  return encode(record, 'the result')
}

const isRunning = mapOf<RunningRecord>({
  state: oneOf('running'),
  sequence: isCount,
  attempts: orAbsent(isCount),
  node: isName,
  incarnation: isName,
})
const isWaiting = mapOf<WaitingRecord>({
  state: oneOf('waiting'),
  sequence: orNull(isCount),
  attempts: isCount,
  due: isMeasure,
})

function isEnded(record: Record<string, unknown>): boolean {
  const { state, sequence, error, parts, args } = record
  if (!orNull(isCount)(sequence) || !orAbsent(isPartsRef)(args)) return false
  if (parts !== undefined) return isPartsRef(parts) && (state === 'done' || state === 'failed')
  return state === 'failed' ? isRemoteFields(error) : state === 'done' || state === 'cancelled'
}

/** Undefined for the marker of a deleted key, and for what is no record. */
export function decodeRecord(data: Uint8Array): JobRecord | undefined {
  if (data.length === 0) return undefined
  try {
    const record = decode(data)
    const isRecord = isRunning(record) || isWaiting(record) || (isMap(record) && isEnded(record))
    return isRecord ? (record as JobRecord) : undefined
  } catch {
    return undefined
  }
}
