import type { JobState } from '../../../core/plan/job-states.js'
import type { JobLetter, StoredDeadLetter } from '../../../stream/index.js'
import type { FailedAttempt, JobFacts, QueuedJob } from '../store/job-facts.js'

/** A durable job as it is listed. Times are in milliseconds since 1970; null is unknown, or not yet. */
export interface JobSummary {
  id: string
  state: JobState
  callback: string
  /** The only node that it is for; null for any that offers the callback. */
  to: string | null
  /** The node that sent it, by its own word. */
  from: string | null
  /** The node that runs it, or ran it last. */
  node: string | null
  /** Time when it first came into the queue. */
  sent: number | null
  /** Time when the latest attempt began. */
  began: number | null
  /** Time when it ended. */
  ended: number | null
  /** Time when a waiting one is due. */
  due: number | null
  /** Number of attempts that were begun. */
  attempts: number
  /** Number of attempts that are left if these fail. */
  left: number
  /** Id of its dead letter. */
  letter: number | null
  /** Attempts that failed, the latest last. */
  failures: FailedAttempt[]
}

/** Dead letter of a job. */
export type StoredJobLetter = JobLetter & { id: number }

export function isOfJob(letter: StoredDeadLetter): letter is StoredJobLetter {
  return 'job' in letter
}

/** A job that lies in the queue, with the facts that its record has if an attempt has failed. */
export function summaryOfQueued(queued: QueuedJob, recorded?: JobFacts): JobSummary {
  const { facts } = queued
  const { due = facts.due, node = null, began = null, attempts = 0, failures = [] } = recorded ?? {}
  return summary(queued.id, 'waiting', { ...facts, due, node, began, attempts, failures }, {})
}

/** A job whose record says in which state it is. @param time when the record was stored */
export function summaryOfRecord(
  id: string,
  state: JobState,
  facts: JobFacts,
  { time, letter }: { time: Date; letter?: number | undefined },
): JobSummary {
  return summary(id, state, facts, { ended: state === 'running' ? null : time.getTime(), letter })
}

/** A job of which only its dead letter is kept. */
export function summaryOfLetter(letter: StoredJobLetter): JobSummary {
  const { id, job, call: callback, to, node, attempts, time, error } = letter
  const failures = [{ time, node, code: error.code, message: error.message }]
  const common = { callback, to, from: null, node, sent: null, began: null, due: null, attempts, left: 0 }
  return { id: job, state: 'failed', ...common, ended: time, letter: id, failures }
}

function summary(
  id: string,
  state: JobState,
  { callback, to, from, node, sent, began, due, attempts, limit, failures }: JobFacts,
  { ended = null, letter = null }: { ended?: number | null; letter?: number | null | undefined },
): JobSummary {
  const isOver = state !== 'waiting' && state !== 'running'
  const left = isOver ? 0 : Math.max(0, limit - attempts)
  return { id, state, callback, to, from, node, sent, began, ended, due, attempts, left, letter, failures }
}
