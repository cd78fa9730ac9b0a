import { fromErrorRecord } from '../../core/errors.js'
import { MIB } from '../../core/bytes.js'
import { errorLine } from '../../core/message/error-text.js'
import { count } from '../../core/text/count.js'
import { jobAttempts } from '../../core/message/job-attempts.js'
import { plainData, plainJson, plainLine } from '../../core/text/plain-text.js'
import type { JobSummary } from '../../call/index.js'
import type { StoredDeadLetter } from '../../stream/index.js'
import type { JobView, LetterView, PipelineWork, ScheduleView, WorkView } from '../../view/index.js'
import { dropDeadLetters, listDeadLetters, replayDeadLetters, showDeadLetter } from './dead-letters.js'
import { cancelJob, listJobs } from './jobs.js'
import type { PipelineVisit } from './pipeline-visit.js'
import { cancelSchedule, listSchedules, scheduleText, type ScheduleInfo } from './schedules.js'

/** Numbers of jobs, schedules and dead letters that are shown, each. */
const MAX_SHOWN = 50
/** Size up to which the item of a dead letter is read. */
const MAX_ITEM = MIB
/** Characters of it that are shown. */
const MAX_VALUE = 20_000
/** Longest wait for a callback that gets the item of a dead letter again. */
const REPLAY_MS = 60_000

/** The work that the server keeps, as the viewer looks at it and gives orders about it. */
export function pipelineWork(visit: PipelineVisit): PipelineWork {
  return {
    look: () => look(visit),
    letter: async (id) => ({ value: await valueOf(visit, id) }),
    cancelJob: async (id) => {
      await cancelJob(visit, id)
    },
    cancelSchedule: async (id) => {
      await cancelSchedule(visit, id)
    },
    dropLetter: async (id) => {
      await dropDeadLetters(visit, { ids: [id] })
    },
    replayLetter: async (id) => {
      const signal = AbortSignal.any([visit.signal, AbortSignal.timeout(REPLAY_MS)])
      const [failed] = (await replayDeadLetters({ ...visit, signal }, [id])).failed
      if (failed) throw fromErrorRecord(failed.error)
    },
  }
}

async function look(visit: PipelineVisit): Promise<WorkView> {
  const [{ jobs, more }, schedules, { letters, dropped }] = await Promise.all([
    listJobs(visit, { limit: MAX_SHOWN }),
    listSchedules(visit),
    listDeadLetters(visit),
  ])
  const shown = letters.slice(-MAX_SHOWN).reverse()
  return plainData(
    {
      jobs: jobs.map(jobView),
      moreJobs: more,
      schedules: schedules.slice(0, MAX_SHOWN).map(scheduleView),
      moreSchedules: Math.max(0, schedules.length - MAX_SHOWN),
      letters: shown.map(letterView),
      moreLetters: letters.length - shown.length,
      droppedLetters: dropped.letters,
    },
    plainLine,
  )
}

function jobView(job: JobSummary): JobView {
  const { id, state, callback, to, node, due, sent, began, ended, failures } = job
  const time = { waiting: due ?? sent, running: began, done: ended, failed: ended, cancelled: ended }[state]
  const last = state === 'done' ? undefined : failures.at(-1)
  return {
    ...{ id, state, callback, attempts: jobAttempts(job), time },
    node: state === 'waiting' ? to : node,
    isDue: state === 'waiting' && due !== null,
    error: last ? errorLine(last) : null,
  }
}

function scheduleView(schedule: ScheduleInfo): ScheduleView {
  const { uuid: id, callback, to, from, next } = schedule
  return {
    id,
    callback,
    to,
    from,
    when: scheduleText(schedule),
    next: next === null ? null : Date.parse(next),
  }
}

function letterView(letter: StoredDeadLetter): LetterView {
  const { id, call, node, attempts, time, error } = letter
  const what = 'job' in letter ? `job ${letter.job}` : `item ${letter.item} of ${letter.stream}`
  return { id, what, call, node, attempts, time, error: errorLine(error) }
}

/** The item of a dead letter, or its arguments, as text. */
async function valueOf(visit: PipelineVisit, id: number): Promise<string> {
  const { letters } = await listDeadLetters(visit)
  const { bytes = 0 } = letters.find((letter) => letter.id === id) ?? {}
  if (bytes > MAX_ITEM) return `${count(bytes, 'byte')}; daffi dead show ${id} prints them`
  const text = plainJson((await showDeadLetter(visit, id)).value)
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text
}
