import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { isApiError } from '../nats/index.js'
import { DeadLetterStore } from '../stream/index.js'
import { JobNames } from './jobs/store/job-names.js'
import { targetOf } from './jobs/store/job-route.js'
import { ScheduleNames } from './schedules/schedule-names.js'

/** Longest wait for each answer of the server. */
const TIMEOUT_MS = 1000

/** Durable jobs of one route, which is a callback or a node. */
export interface WaitingJobs {
  /** Null where they are for a node, by its name. */
  callback: string | null
  node: string | null
  /** Jobs that no node has taken yet. */
  queued: number
  /** Jobs that a node runs, and those that wait for their time or for another attempt. */
  taken: number
}

/** Work of a pipeline that the server keeps. */
export interface WaitingWork {
  jobs: WaitingJobs[]
  /** Schedules that will fire again. */
  schedules: number
  deadLetters: number
}

/**
 * Counts the work of a pipeline that the server keeps, by what the server says of its streams: nothing of it is read.
 * @throws those of asking the server
 */
export async function waitingWork(nc: NatsConnection, pipeline: string): Promise<WaitingWork> {
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: TIMEOUT_MS })
  const [jobs, schedules, deadLetters] = await Promise.all([
    orNone(waitingJobs(jsm, new JobNames(pipeline)), []),
    orNone(countSchedules(jsm, new ScheduleNames(pipeline)), 0),
    new DeadLetterStore(nc, pipeline).count(),
  ])
  return { jobs, schedules, deadLetters }
}

async function waitingJobs(jsm: JetStreamManager, names: JobNames): Promise<WaitingJobs[]> {
  const found: WaitingJobs[] = []
  for await (const { name, num_pending: queued, num_ack_pending: taken } of jsm.consumers.list(names.stream))
    found.push({ ...targetOf(names.route(name)), queued, taken })
  return found
}

async function countSchedules(jsm: JetStreamManager, names: ScheduleNames): Promise<number> {
  const { state } = await jsm.streams.info(names.stream, { subjects_filter: names.timer('*', '*') })
  const timers = Object.keys(state.subjects ?? {})
  return new Set(timers.map((subject) => subject.slice(0, subject.lastIndexOf('.')))).size
}

/** A stream is made when it is first needed. */
async function orNone<T>(asking: Promise<T>, none: T): Promise<T> {
  try {
    return await asking
  } catch (error) {
    if (isApiError(error, 'streamNotFound')) return none
    throw error
  }
}
