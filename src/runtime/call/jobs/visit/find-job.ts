import { DaffiError } from '../../../core/errors.js'
import { isToken } from '../../../core/names.js'
import type { DeadLetterStore } from '../../../stream/index.js'
import type { JobAccess } from '../job-access.js'
import { queuedJob } from '../store/job-facts.js'
import type { JobMessage } from '../store/job-queue.js'
import type { Entry } from '../store/job-record-bucket.js'
import { isOfJob, summaryOfLetter, summaryOfQueued, summaryOfRecord } from './job-summary.js'
import type { JobSummary, StoredJobLetter } from './job-summary.js'

/** All that is kept of a job. */
export interface FoundJob {
  summary: JobSummary
  entry: Entry | undefined
  message: JobMessage | undefined
  letter: StoredJobLetter | undefined
}

/** Finds a job by its id. @throws DaffiError DAFFI_UNKNOWN_JOB */
export async function findJob(access: JobAccess, letters: DeadLetterStore, id: string): Promise<FoundJob> {
  if (!isToken(id)) throw unknownJob(id)
  const letter = (await letters.list()).filter(isOfJob).find(({ job }) => job === id)
  const entry = await access.store.records.read(id)
  const message = await access.store.queue.find(id)
  const summary = summaryOf(id, { entry, message, letter })
  if (!summary) throw unknownJob(id)
  return { summary, entry, message, letter }
}

function summaryOf(
  id: string,
  { entry, message, letter }: Omit<FoundJob, 'summary'>,
): JobSummary | undefined {
  const { record, facts, time } = entry ?? {}
  const queued = message && queuedJob(message)
  // A message that goes on from this record has come after it.
  const isAgain = queued?.follows !== undefined && queued.follows === entry?.revision
  if (queued && (!record || record.state === 'waiting' || isAgain)) return summaryOfQueued(queued, facts)
  if (record && facts && time && record.state !== 'waiting')
    return summaryOfRecord(id, record.state, facts, { time, letter: letter?.id })
  return letter && summaryOfLetter(letter)
}

export function unknownJob(id: string): DaffiError {
  return new DaffiError('DAFFI_UNKNOWN_JOB', `there is no job ${JSON.stringify(id.slice(0, 128))}`)
}
