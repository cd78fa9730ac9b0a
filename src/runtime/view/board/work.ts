/**
 * Work that the server keeps for a pipeline, as the page gets it, in JSON. This file imports nothing, because the page's modules
 * share these types and are compiled for the browser. Times are in milliseconds since 1970.
 */
export interface WorkView {
  jobs: JobView[]
  /** Number of jobs that are not in the list because of its limit; so also below. */
  moreJobs: number
  schedules: ScheduleView[]
  moreSchedules: number
  letters: LetterView[]
  moreLetters: number
  /** Number of letters that were dropped because of the limits in the pipeline file. */
  droppedLetters: number
}

export interface JobView {
  id: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  callback: string
  /** The node that runs it, or ran it last; of one that waits the only one that it is for. Null for any. */
  node: string | null
  /** Attempts that it has had, in words; empty where it has only one. */
  attempts: string
  /** Time of what the state says: when it is due, came into the queue, began or ended. */
  time: number | null
  /** Whether a waiting one is due at that time. */
  isDue: boolean
  /** Error of the latest attempt that failed. */
  error: string | null
}

export interface ScheduleView {
  id: string
  callback: string
  /** The only node that runs it; null for any that offers the callback. */
  to: string | null
  /** The node that made it. */
  from: string
  /** Times at which it fires, in words. */
  when: string
  /** Time of the next firing; null when that is not known. */
  next: number | null
}

export interface LetterView {
  id: number
  /** The work: a job, or an item of a stream. */
  what: string
  call: string
  node: string
  attempts: number
  /** Time when it was given up. */
  time: number
  error: string
}

/** A dead letter as a whole. */
export interface ShownLetterView {
  /** The item, or the arguments, as JSON; a long one is cut. */
  value: string
}
