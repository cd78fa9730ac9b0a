import type { JobState } from '../../../core/plan/job-states.js'
import type { DeadLetterStore } from '../../../stream/index.js'
import type { JobAccess } from '../job-access.js'
import { queuedJob, type JobFacts } from '../store/job-facts.js'
import type { JobQueue } from '../store/job-queue.js'
import { isOfJob, summaryOfLetter, summaryOfQueued, summaryOfRecord, type JobSummary } from './job-summary.js'

export interface ListJobsOptions {
  /** Only jobs of this state. */
  state?: JobState | undefined
  /** Largest number of jobs in the list. */
  limit: number
}

export interface JobList {
  jobs: JobSummary[]
  /** Number of jobs that are not in the list because of its limit. */
  more: number
}

/** Lists jobs: the running ones, those that wait, the next one first, and those that have ended, the latest first. */
export async function listJobs(
  { store }: JobAccess,
  letters: DeadLetterStore,
  { state, limit }: ListJobsOptions,
): Promise<JobList> {
  const wants = (each: JobState): boolean => state === undefined || state === each
  const dead = new Map((await letters.list()).filter(isOfJob).map((letter) => [letter.job, letter]))
  const running: JobSummary[] = []
  const ended = new Map<string, JobSummary>()
  const waiting = new Map<string, JobFacts>()
  const known = new Set<string>()
  for await (const { id, facts, time } of store.records.list()) {
    const { state: is } = facts
    if (is === 'waiting') {
      waiting.set(id, facts)
      continue
    }
    known.add(id)
    const summary = summaryOfRecord(id, is, facts, { time, letter: dead.get(id)?.id })
    if (is === 'running') running.push(summary)
    else ended.set(id, summary)
  }
  for (const letter of dead.values())
    if (!known.has(letter.job) && !waiting.has(letter.job)) ended.set(letter.job, summaryOfLetter(letter))
  const over = [...ended.values()]
    .filter((each) => wants(each.state))
    .sort((a, b) => (b.ended ?? 0) - (a.ended ?? 0))
  const jobs = wants('running') ? running : []
  let unread = 0
  if (wants('waiting')) {
    const ids = new Set([...(await store.queue.ids())].filter((id) => !known.has(id)))
    const next = await readWaiting(store.queue, ids, waiting, limit - jobs.length)
    jobs.push(...next)
    unread = Math.max(0, ids.size - next.length)
  }
  const all = [...jobs, ...over]
  return { jobs: all.slice(0, limit), more: Math.max(0, all.length - limit) + unread }
}

/** Reads those of the jobs in the queue that come next. */
async function readWaiting(
  queue: JobQueue,
  ids: ReadonlySet<string>,
  recorded: ReadonlyMap<string, JobFacts>,
  limit: number,
): Promise<JobSummary[]> {
  const found: JobSummary[] = []
  const wanted = Math.min(limit, ids.size)
  if (wanted <= 0) return found
  for await (const message of queue.read()) {
    const queued = queuedJob(message)
    if (ids.has(queued.id)) found.push(summaryOfQueued(queued, recorded.get(queued.id)))
    if (found.length >= wanted) break
  }
  return found
}
