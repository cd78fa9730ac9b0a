import type { Holder, JobRecord } from './job-record.js'

/** A claim by which this node may run a job, as long as the job's record has this revision. */
export interface OwnClaim {
  state: 'mine'
  sequence: number
  revision: number
  redelivered: boolean
}

/** Answer to a node that wants to run a job which the queue has given out. */
export type Claim = OwnClaim | { state: 'over' } | { state: 'held'; by: Holder }

/**
 * Decides whether a job that has a record may be claimed.
 * @param sequence that of the message by which the queue has given the job out
 * @param isHeld whether the holder in the record is still working on the job
 */
export function judgeClaim(
  record: JobRecord,
  sequence: number,
  isHeld: (holder: Holder) => boolean,
): Exclude<Claim, OwnClaim> | { state: 'free'; redelivered: boolean } {
  // The record is that of an earlier firing of a schedule, whose jobs all have the schedule's id.
  if (record.sequence !== null && record.sequence < sequence) return { state: 'free', redelivered: false }
  if (record.state !== 'running') return { state: 'over' }
  return isHeld(record) ? { state: 'held', by: record } : { state: 'free', redelivered: true }
}
