import { headers, type MsgHdrs } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import {
  isCount,
  isMeasure,
  isName,
  isText,
  listOf,
  mapOf,
  oneOf,
  orNull,
} from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'
import { HEADER } from '../../wire/headers.js'
import { JobNames } from './job-names.js'
import type { JobRecord } from './job-record.js'
import type { JobTarget } from './job-route.js'
import { retryOf } from './job-retry.js'

/** Failed attempts that are kept with a job, the latest ones. */
const MAX_FAILURES = 5
/** Characters of the message of one. */
const MAX_MESSAGE = 300
/** Bytes of the facts: they are a header, beside whose message others must fit. */
const MAX_BYTES = 2048

/** An attempt with a job that has failed; the message ends with the place in the callback's code. */
export interface FailedAttempt {
  /** In milliseconds since 1970. */
  time: number
  node: string
  code: string
  message: string
}

/** Facts about a job besides its state, which are kept as a header of its record. */
export interface JobFacts {
  callback: string
  /** The only node that it is for; null for any that offers the callback. */
  to: string | null
  /** The node that sent it, by its own word. */
  from: string | null
  /** Time when it first came into the queue, in milliseconds since 1970. */
  sent: number
  /** Time before which it is not run, in milliseconds since 1970; null for at once. */
  due: number | null
  /** Time that the callback may take, in milliseconds; 0 means no limit. */
  timeoutMs: number
  /** Number of attempts that it may have. */
  limit: number
  /** Digest of callback and arguments, of a job with an id of the caller's choice. */
  digest: string | null
  /** The node that has it, or had it last. */
  node: string | null
  /** Time when the latest attempt began. */
  began: number | null
  /** Number of attempts that were begun. */
  attempts: number
  failures: FailedAttempt[]
}

/** The facts with the state of the job when they were stored. */
export interface StatedFacts extends JobFacts {
  state: JobRecord['state']
}

const isFailure = mapOf<FailedAttempt>({ time: isMeasure, node: isName, code: isText, message: isText })

const isFacts = mapOf<StatedFacts>({
  state: oneOf('waiting', 'running', 'done', 'failed', 'cancelled'),
  callback: isName,
  to: orNull(isName),
  from: orNull(isName),
  sent: isMeasure,
  due: orNull(isMeasure),
  timeoutMs: isMeasure,
  limit: isCount,
  digest: orNull(isName),
  node: orNull(isName),
  began: orNull(isMeasure),
  attempts: isCount,
  failures: listOf(isFailure),
})

/** Headers of a record with the facts about its job; those of an earlier record may have its state. */
export function factsHeaders(state: JobRecord['state'], facts: JobFacts): MsgHdrs {
  const head = headers()
  const failures = [...facts.failures]
  const text = (): string => JSON.stringify({ ...facts, state, failures })
  while (failures.length > 0 && Buffer.byteLength(text()) > MAX_BYTES) failures.shift()
  head.set(HEADER.job, text())
  return head
}

/** Facts in the headers of a record; undefined where they make no sense. */
export function factsOf(head: MsgHdrs | undefined): StatedFacts | undefined {
  const facts = parseJson(head?.get(HEADER.job) ?? '')
  return isFacts(facts) ? facts : undefined
}

/** The facts with one more failed attempt. */
export function withFailure(facts: JobFacts, failure: FailedAttempt): JobFacts {
  const message = failure.message.slice(0, MAX_MESSAGE)
  return { ...facts, failures: [...facts.failures, { ...failure, message }].slice(-MAX_FAILURES) }
}

/** A message of the queue, as it is given to a worker or read from the stream. */
export interface QueueMessage {
  subject: string
  headers?: MsgHdrs | undefined
  seq: number
  time: Date
}

/** A job as it lies in the queue. */
export interface QueuedJob {
  id: string
  target: JobTarget
  /** Sequence of its message in the queue. */
  sequence: number
  /** Revision of the record that the job goes on from, 0 for none; undefined for one that does not look at earlier ones. */
  follows: number | undefined
  facts: JobFacts
}

/** Reads the subject and the headers of a job. @throws DaffiError DAFFI_BAD_MESSAGE when the subject has no names */
export function queuedJob({ subject, headers: head, seq, time }: QueueMessage): QueuedJob {
  const { id, ...target } = JobNames.parse(subject)
  const named = (name: string): string | null => (isName(head?.get(name)) ? (head?.get(name) ?? null) : null)
  const measured = (name: string): number => {
    const value = Number(head?.get(name))
    return isMeasure(value) ? value : 0
  }
  const follows = head?.has(HEADER.follows) === true ? Number(head.get(HEADER.follows)) : undefined
  if (follows !== undefined && !isCount(follows))
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the revision that a job follows is no number')
  return {
    id,
    target,
    sequence: seq,
    follows,
    facts: {
      callback: target.callback,
      to: target.to ?? null,
      from: named(HEADER.from),
      sent: measured(HEADER.sent) || time.getTime(),
      due: measured(HEADER.due) || null,
      timeoutMs: measured(HEADER.timeout),
      limit: retryOf(head)?.attempts ?? 1,
      digest: named(HEADER.digest),
      node: null,
      began: null,
      attempts: 0,
      failures: [],
    },
  }
}
