import type { JobFacts, QueuedJob } from './job-facts.js'
import type { Holder, JobRecord } from './job-record.js'

/** A claim by which this node may run a job, as long as the job's record has this revision. */
export interface OwnClaim {
  state: 'mine'
  sequence: number
  revision: number
  redelivered: boolean
  /** Attempts that have failed before. */
  attempts: number
  facts: JobFacts
}

/** Answer to a node that wants to run a job which the queue has given out. */
export type Claim =
  OwnClaim | { state: 'over' } | { state: 'held'; by: Holder } | { state: 'early'; ms: number }

/** A record as it is found, with its revision. */
export interface FoundRecord {
  record: JobRecord
  revision: number
}

/**
 * Decides whether a job that has a record may be claimed.
 * @param job the job as the queue has given it out
 * @param isHeld whether the holder in the record has not gone
 */
export function judgeClaim(
  { record, revision }: FoundRecord,
  { sequence, follows }: Pick<QueuedJob, 'sequence' | 'follows'>,
  isHeld: (holder: Holder) => boolean,
): Exclude<Claim, OwnClaim> | { state: 'free'; redelivered: boolean; attempts: number } {
  // The job was accepted under its id, and no node has had it yet.
  if (record.state === 'waiting' && record.sequence === null) return UNCLAIMED
  if (record.sequence !== sequence) {
    // One of two messages under the same id, of which the other came first; or the record is of a job that is run once more.
    if (follows !== undefined) return follows === revision ? AGAIN : { state: 'over' }
    // The record is that of an earlier firing of a schedule, whose jobs all have the schedule's id.
    if (record.sequence !== null && record.sequence < sequence) return UNCLAIMED
  }
  if (record.state === 'running') {
    if (isHeld(record)) return { state: 'held', by: record }
    return { state: 'free', redelivered: true, attempts: record.attempts ?? 0 }
  }
  if (record.state !== 'waiting') return { state: 'over' }
  const earlyMs = record.due - Date.now()
  if (earlyMs > 0) return { state: 'early', ms: earlyMs }
  return { state: 'free', redelivered: true, attempts: record.attempts }
}

/** Verdict on a job that no node has had. */
export const UNCLAIMED = { state: 'free', redelivered: false, attempts: 0 } as const
const AGAIN = { ...UNCLAIMED, redelivered: true }
