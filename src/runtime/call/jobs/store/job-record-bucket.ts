import { jetstream, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { isToken } from '../../../core/names.js'
import { isApiError } from '../../../nats/index.js'
import { cancelled } from '../../api/job.js'
import type { PendingAnswers } from '../../wire/pending-answers.js'
import { judgeClaim, UNCLAIMED, type Claim, type OwnClaim } from './claim.js'
import {
  factsHeaders,
  factsOf,
  withFailure,
  type FailedAttempt,
  type JobFacts,
  type QueuedJob,
  type StatedFacts,
} from './job-facts.js'
import type { JobNames } from './job-names.js'
import {
  decodeRecord,
  encodeRecord,
  hasEnded,
  type EndedRecord,
  type Holder,
  type JobOutcome,
  type JobRecord,
} from './job-record.js'
import { StoredParts, type PartsRef } from './stored-parts.js'

/** Time for which a job's result is kept. */
const RESULT_MS = 24 * 3600 * 1000

/** Longest wait for the records of all jobs. */
const LIST_MS = 10_000

/** An entry of the bucket, which may hold something that is no record. */
export interface Entry {
  record: JobRecord | undefined
  /** Undefined where they make no sense. */
  facts: JobFacts | undefined
  revision: number
  /** Time when it was stored. */
  time: Date
}

/** How an attempt ended, with the arguments of a job that can be run again after it. */
export interface Settlement {
  outcome: JobOutcome
  failure?: FailedAttempt | undefined
  args?: Uint8Array | undefined
}

/** The states of a pipeline's durable jobs: a key-value bucket with a record of each. */
export class JobRecordBucket {
  readonly #nc: NatsConnection
  readonly #names: JobNames
  readonly #js: JetStreamClient
  readonly #jsm: JetStreamManager
  readonly #parts: StoredParts
  readonly #answers: PendingAnswers

  private constructor(nc: NatsConnection, jsm: JetStreamManager, names: JobNames, answers: PendingAnswers) {
    this.#nc = nc
    this.#answers = answers
    this.#names = names
    this.#js = jetstream(nc)
    this.#jsm = jsm
    this.#parts = new StoredParts(nc, jsm, names.bucketStream)
  }

  /** Creates the bucket if it does not exist. */
  static async open(
    nc: NatsConnection,
    jsm: JetStreamManager,
    names: JobNames,
    answers: PendingAnswers,
  ): Promise<JobRecordBucket> {
    await new Kvm(nc).create(names.bucket, { storage: 'file', history: 1, ttl: RESULT_MS })
    return new JobRecordBucket(nc, jsm, names, answers)
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return (await this.read(id))?.record
  }

  /** Claims a job, unless it has ended, its holder has not gone, or it is not due yet. */
  async claim(job: QueuedJob, holder: Holder, isHeld: (holder: Holder) => boolean): Promise<Claim> {
    const { id, sequence } = job
    const own = { ...job.facts, node: holder.node, began: Date.now() }
    for (let found: Entry | undefined; ; found = await this.read(id)) {
      // What is no record is replaced, as if there were none.
      const verdict = found?.record
        ? judgeClaim({ record: found.record, revision: found.revision }, job, isHeld)
        : UNCLAIMED
      if (verdict.state !== 'free') return verdict
      const { attempts } = verdict
      const failures = found?.facts?.failures ?? []
      const redelivered = verdict.redelivered || failures.length > 0
      const facts = { ...own, due: null, attempts: attempts + 1, failures }
      const running = { state: 'running', sequence, ...holder, ...(attempts > 0 && { attempts }) } as const
      const revision = await this.#write(id, running, found?.revision ?? 0, facts)
      if (revision !== undefined) return { state: 'mine', sequence, revision, redelivered, attempts, facts }
    }
  }

  /** Finds the reason why a claim does not count any more: a cancellation, or another node that took the job over. */
  async whyLost(id: string, { revision }: OwnClaim): Promise<DaffiError | undefined> {
    const found = await this.read(id)
    if (!found?.record || found.revision === revision) return undefined
    if (found.record.state === 'cancelled') return cancelled(id)
    return new DaffiError('DAFFI_ABORTED', `job ${id} was taken over by another node`)
  }

  /**
   * Notes that an attempt has failed, and that the next one is due after a pause; unless the job was cancelled or taken
   * over meanwhile.
   */
  async postpone(id: string, claim: OwnClaim, pauseMs: number, failure: FailedAttempt): Promise<void> {
    const { sequence, attempts, revision } = claim
    const due = Date.now() + pauseMs
    const record: JobRecord = { state: 'waiting', sequence, attempts: attempts + 1, due }
    await this.#replace(id, record, revision, { ...withFailure(claim.facts, failure), due })
  }

  /**
   * Stores an outcome, unless the job was cancelled or taken over meanwhile.
   * @returns whether the job has ended, by this outcome or another
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_UNSENDABLE, DAFFI_NOT_STORED: then the outcome is another
   */
  async settle(id: string, claim: OwnClaim, { outcome, failure, args }: Settlement): Promise<boolean> {
    const { sequence, revision } = claim
    const payload = encodeRecord({ ...outcome, sequence })
    const subject = this.#names.resultParts(id, revision)
    const parts = this.#parts.plan(payload, subject, 'the result')
    if (parts) await this.#parts.put(parts, payload)
    const again = args && this.#parts.place(args, `${subject}-args`)
    if (again) await this.#parts.put(again, args)
    const common = { sequence, ...(again && { args: again }) }
    const record: JobRecord = parts ? { state: outcome.state, parts, ...common } : { ...outcome, ...common }
    const facts = failure ? withFailure(claim.facts, failure) : claim.facts
    if (await this.#replace(id, record, revision, facts)) {
      this.#tell(id, record)
      return true
    }
    const now = await this.get(id)
    // The record is this one when only the server's acknowledgement was lost.
    const isStored = now && ((parts && isSame(now, 'parts', parts)) || (again && isSame(now, 'args', again)))
    if (!isStored) for (const unused of [parts, again]) if (unused) await this.#parts.remove(unused.subject)
    return now !== undefined && hasEnded(now)
  }

  /** @throws DaffiError DAFFI_UNKNOWN_JOB when the outcome is not kept any longer, DAFFI_BAD_MESSAGE */
  async outcome(id: string, record: EndedRecord): Promise<JobOutcome> {
    if (!('parts' in record)) return record
    const payload = await this.#load(id, record.parts)
    if (!payload) throw new DaffiError('DAFFI_UNKNOWN_JOB', 'the result of the job is not kept any longer')
    const outcome = decodeRecord(payload)
    if (outcome && hasEnded(outcome) && !('parts' in outcome)) return outcome
    throw new DaffiError('DAFFI_BAD_MESSAGE', `what is kept as the result of job ${id} is none`)
  }

  /** Arguments of a job that has failed; undefined when they are not kept. */
  async args(id: string, { args }: EndedRecord): Promise<Uint8Array | undefined> {
    return args && (await this.#load(id, args))
  }

  /** Keeps a job from being claimed, also if a node has claimed it. @returns its state until then */
  async cancel(id: string, queued?: JobFacts): Promise<'waiting' | 'running' | 'over'> {
    for (;;) {
      const found = await this.read(id)
      if (found?.record && hasEnded(found.record)) return 'over'
      const record: JobRecord = { state: 'cancelled', sequence: found?.record?.sequence ?? null }
      if (!(await this.#write(id, record, found?.revision ?? 0, found?.facts ?? queued))) continue
      this.#tell(id, record)
      // Parts of a result that the holder was about to store.
      if (found) await this.#parts.remove(this.#names.record(id))
      return found?.record?.state === 'running' ? 'running' : 'waiting'
    }
  }

  /**
   * Notes that a job is accepted, or is run once more, before any node has it.
   * @param revision that of the record to replace; 0 for none
   * @returns the new revision; undefined when the record has another revision by now
   */
  async accept(id: string, facts: JobFacts, revision: number): Promise<number | undefined> {
    return await this.#write(id, { state: 'waiting', sequence: null, attempts: 0, due: 0 }, revision, facts)
  }

  /** Reads the entry of a job; undefined when there has never been one, or it has expired. */
  async read(id: string): Promise<Entry | undefined> {
    const query = { last_by_subj: this.#names.record(id) }
    const message = await this.#answers.wait(this.#jsm.direct.getMessage(this.#names.bucketStream, query))
    if (!message) return undefined
    const { data, header, seq, time } = message
    return { record: decodeRecord(data), facts: factsOf(header), revision: seq, time }
  }

  /** Reads what is told of all jobs that have a record, the one that was changed last as the last. */
  async *list(): AsyncGenerator<{ id: string; facts: StatedFacts; time: Date }> {
    const options = { headers_only: true, filter_subjects: this.#names.records }
    const consumer = await this.#js.consumers.get(this.#names.bucketStream, options)
    try {
      const { num_pending: count } = await consumer.info()
      if (count === 0) return
      for await (const message of await consumer.fetch({ max_messages: count, expires: LIST_MS })) {
        const facts = factsOf(message.headers)
        const id = message.subject.slice(message.subject.lastIndexOf('.') + 1)
        if (facts && isToken(id)) yield { id, facts, time: message.time }
        if (message.info.pending === 0) return
      }
    } finally {
      await consumer.delete()
    }
  }

  /** Loads parts of this job's own. */
  async #load(id: string, ref: PartsRef): Promise<Uint8Array | undefined> {
    return ref.subject.startsWith(`${this.#names.record(id)}.`) ? await this.#parts.load(ref) : undefined
  }

  /** Publishes the record of a job that has ended, for those who wait for it. */
  #tell(id: string, record: JobRecord): void {
    if (!this.#nc.isClosed()) this.#nc.publish(this.#names.ended(id), encodeRecord(record))
  }

  /** Replaces the record of a claim. @returns false when the job was cancelled or taken over meanwhile */
  async #replace(id: string, record: JobRecord, revision: number, facts: JobFacts): Promise<boolean> {
    if (await this.#write(id, record, revision, facts)) return true
    // The job took so long that its record has expired, or something else was put in its place.
    const found = await this.read(id)
    return !found?.record && (await this.#write(id, record, found?.revision ?? 0, facts)) !== undefined
  }

  /**
   * @param revision that of the record to replace; 0 for a record that must be the first
   * @returns the new revision; undefined when the record has another revision by now
   */
  async #write(
    id: string,
    record: JobRecord,
    revision: number,
    facts: JobFacts | undefined,
  ): Promise<number | undefined> {
    const head: { headers?: MsgHdrs } = facts ? { headers: factsHeaders(record.state, facts) } : {}
    const options = { ...head, expect: { lastSubjectSequence: revision } }
    try {
      const stored = this.#js.publish(this.#names.record(id), encodeRecord(record), options)
      return (await this.#answers.wait(stored)).seq
    } catch (error) {
      if (isApiError(error, 'wrongLastSequence')) return undefined
      throw error
    }
  }
}

/** Whether a record refers to these parts. */
function isSame(record: JobRecord, field: 'parts' | 'args', ref: PartsRef): boolean {
  return (record as Partial<Record<typeof field, PartsRef>>)[field]?.subject === ref.subject
}
