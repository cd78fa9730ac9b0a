import { decode, encode } from '../../codec/index.js'
import type { RemoteErrorFields } from '../api/remote-error.js'
import type { PartsRef } from './stored-parts.js'

/** A run of a node. */
export interface Holder {
  node: string
  incarnation: string
}

/** How a job ended. */
export type JobOutcome =
  { state: 'done'; value: unknown } | { state: 'failed'; error: RemoteErrorFields } | { state: 'cancelled' }

/** An outcome that is too large for one message: what lies in parts is encoded as a record, too. */
interface StoredOutcome {
  state: JobOutcome['state']
  parts: PartsRef
}

/** What is known of a job that has ended. `sequence` is its message's in the queue. */
export type EndedRecord = (JobOutcome | StoredOutcome) & { sequence: number | null }

/** What is known of a job that somebody has taken, or that was cancelled. */
export type JobRecord = ({ state: 'running'; sequence: number } & Holder) | EndedRecord

export function encodeRecord(record: JobRecord): Uint8Array {
  return encode(record, 'the result')
}

/** Undefined for what marks a key as removed. */
export function decodeRecord(data: Uint8Array): JobRecord | undefined {
  return data.length === 0 ? undefined : (decode(data) as JobRecord)
}
