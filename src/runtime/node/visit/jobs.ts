import * as call from '../../call/index.js'
import type { JobList, ListJobsOptions, ShownJob } from '../../call/index.js'
import type { JobState } from '../../core/plan/job-states.js'
import { DeadLetterStore } from '../../stream/index.js'
import type { PipelineVisit } from './pipeline-visit.js'

export interface CancelledJob {
  id: string
  /** State of the job until then: a job that waited or ran is cancelled, any other had ended. */
  was: JobState
}

type Access = NonNullable<Awaited<ReturnType<typeof call.openJobAccess>>>

/** Lists the durable jobs of a pipeline. */
export function listJobs(visit: PipelineVisit, choice: ListJobsOptions): Promise<JobList> {
  const none = (): JobList => ({ jobs: [], more: 0 })
  return withJobs(visit, (access, letters) => call.listJobs(access, letters, choice), none)
}

/** Tells all that is kept of a durable job. @throws DaffiError DAFFI_UNKNOWN_JOB */
export function showJob(visit: PipelineVisit, id: string): Promise<ShownJob> {
  return withJob(visit, id, (access, letters) => call.showJob(access, letters, id))
}

/**
 * Puts a durable job that has failed back into the queue.
 * @throws DaffiError DAFFI_UNKNOWN_JOB, DAFFI_JOB_NOT_FAILED, DAFFI_NOT_STORED
 */
export function retryJob(visit: PipelineVisit, id: string): Promise<{ id: string }> {
  return withJob(visit, id, async (access, letters) => {
    await call.retryJob(access, letters, id)
    return { id }
  })
}

/** Cancels a durable job. @throws DaffiError DAFFI_UNKNOWN_JOB */
export function cancelJob(visit: PipelineVisit, id: string): Promise<CancelledJob> {
  return withJob(visit, id, async (access, letters) => {
    const { summary } = await call.findJob(access, letters, id)
    const { state } = summary
    // Only a dead letter is kept of a job that has ended long ago: a record of it would say that it was cancelled.
    const was = state === 'waiting' || state === 'running' ? await call.cancelJob(access, id) : 'over'
    if (was !== 'over') return { id, was }
    return { id, was: (await call.findJob(access, letters, id)).summary.state }
  })
}

function withJob<T>(
  visit: PipelineVisit,
  id: string,
  use: (access: Access, letters: DeadLetterStore) => Promise<T>,
): Promise<T> {
  return withJobs(visit, use, () => {
    throw call.unknownJob(id)
  })
}

async function withJobs<T>(
  { nc, pipeline }: PipelineVisit,
  use: (access: Access, letters: DeadLetterStore) => Promise<T>,
  none: () => T,
): Promise<T> {
  const access = await call.openJobAccess(nc, pipeline)
  return access ? await use(access, new DeadLetterStore(nc, pipeline)) : none()
}
