import type { Holder, JobRecord } from './job-record.js'

/** A claim by which this node may run a job, as long as the job's record has this revision. */
export interface OwnClaim {
  state: 'mine'
  sequence: number
  revision: number
  redelivered: boolean
  /** Attempts that have failed before. */
  attempts: number
}

/** Answer to a node that wants to run a job which the queue has given out. */
export type Claim =
  OwnClaim | { state: 'over' } | { state: 'held'; by: Holder } | { state: 'early'; ms: number }

/**
 * Decides whether a job that has a record may be claimed.
 * @param sequence that of the message by which the queue has given the job out
 * @param isHeld whether the holder in the record has not gone
 */
export function judgeClaim(
  record: JobRecord,
  sequence: number,
  isHeld: (holder: Holder) => boolean,
): Exclude<Claim, OwnClaim> | { state: 'free'; redelivered: boolean; attempts: number } {
  // The record is that of an earlier firing of a schedule, whose jobs all have the schedule's id.
  if (record.sequence !== null && record.sequence < sequence)
    return { state: 'free', redelivered: false, attempts: 0 }
  if (record.state === 'running') {
    if (isHeld(record)) return { state: 'held', by: record }
    return { state: 'free', redelivered: true, attempts: record.attempts ?? 0 }
  }
  if (record.state !== 'waiting') return { state: 'over' }
  const earlyMs = record.due - Date.now()
  if (earlyMs > 0) return { state: 'early', ms: earlyMs }
  return { state: 'free', redelivered: true, attempts: record.attempts }
}
