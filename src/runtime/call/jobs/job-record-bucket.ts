import type { JetStreamManager } from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { isApiError } from '../../nats/index.js'
import { cancelled } from '../api/job.js'
import { judgeClaim, type Claim, type OwnClaim } from './claim.js'
import type { JobNames } from './job-names.js'
import {
  decodeRecord,
  encodeRecord,
  hasEnded,
  type EndedRecord,
  type Holder,
  type JobOutcome,
  type JobRecord,
  type RunningRecord,
} from './job-record.js'
import type { PendingAnswers } from '../wire/pending-answers.js'
import { StoredParts } from './stored-parts.js'

/** Verdict on a job that has no record. */
const UNCLAIMED = { state: 'free', redelivered: false, attempts: 0 } as const

/** Time for which a job's result is kept. */
const RESULT_MS = 24 * 3600 * 1000

/** The states of a pipeline's durable jobs: a key-value bucket with a record of each. */
export class JobRecordBucket {
  readonly #nc: NatsConnection
  readonly #names: JobNames
  readonly #bucket: KV
  readonly #parts: StoredParts
  readonly #answers: PendingAnswers

  private constructor(
    nc: NatsConnection,
    names: JobNames,
    bucket: KV,
    parts: StoredParts,
    answers: PendingAnswers,
  ) {
    this.#nc = nc
    this.#answers = answers
    this.#names = names
    this.#bucket = bucket
    this.#parts = parts
  }

  /** Creates the bucket if it does not exist. */
  static async open(
    nc: NatsConnection,
    jsm: JetStreamManager,
    names: JobNames,
    answers: PendingAnswers,
  ): Promise<JobRecordBucket> {
    const bucket = await new Kvm(nc).create(names.bucket, { storage: 'file', history: 1, ttl: RESULT_MS })
    return new JobRecordBucket(nc, names, bucket, new StoredParts(nc, jsm, names.bucketStream), answers)
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return (await this.#read(id))?.record
  }

  /** Claims a job, unless it has ended, its holder has not gone, or it is not due yet. */
  async claim(
    id: string,
    sequence: number,
    holder: Holder,
    isHeld: (holder: Holder) => boolean,
  ): Promise<Claim> {
    const running: RunningRecord = { state: 'running', sequence, ...holder }
    const own = { state: 'mine', sequence } as const
    for (;;) {
      const first = await this.#write(id, running, 0)
      if (first !== undefined) return { ...own, revision: first, redelivered: false, attempts: 0 }
      const found = await this.#read(id)
      if (!found) continue
      // What is no record is replaced, as if there were none.
      const verdict = found.record ? judgeClaim(found.record, sequence, isHeld) : UNCLAIMED
      if (verdict.state !== 'free') return verdict
      const { redelivered, attempts } = verdict
      const again: RunningRecord = attempts > 0 ? { ...running, attempts } : running
      const revision = await this.#write(id, again, found.revision)
      if (revision !== undefined) return { ...own, revision, redelivered, attempts }
    }
  }

  /** Finds the reason why a claim does not count any more: a cancellation, or another node that took the job over. */
  async whyLost(id: string, { revision }: OwnClaim): Promise<DaffiError | undefined> {
    const found = await this.#read(id)
    if (!found?.record || found.revision === revision) return undefined
    if (found.record.state === 'cancelled') return cancelled(id)
    return new DaffiError('DAFFI_ABORTED', `job ${id} was taken over by another node`)
  }

  /**
   * Notes that an attempt has failed, and that the next one is due after a pause; unless the job was cancelled or taken
   * over meanwhile.
   */
  async postpone(id: string, { sequence, attempts, revision }: OwnClaim, pauseMs: number): Promise<void> {
    const due = Date.now() + pauseMs
    await this.#replace(id, { state: 'waiting', sequence, attempts: attempts + 1, due }, revision)
  }

  /**
   * Stores an outcome, unless the job was cancelled or taken over meanwhile.
   * @returns whether the job has ended, by this outcome or another
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_UNSENDABLE, DAFFI_NOT_STORED: then the outcome is another
   */
  async settle(id: string, { sequence, revision }: OwnClaim, outcome: JobOutcome): Promise<boolean> {
    const payload = encodeRecord({ ...outcome, sequence })
    const parts = this.#parts.plan(payload, this.#names.resultParts(id, revision), 'the result')
    if (parts) await this.#parts.put(parts, payload)
    const record: JobRecord = parts ? { state: outcome.state, sequence, parts } : { ...outcome, sequence }
    if (await this.#replace(id, record, revision)) {
      this.#tell(id, record)
      return true
    }
    const now = await this.get(id)
    // The record is this one when only the server's acknowledgement was lost.
    const isStored = parts && now && 'parts' in now && now.parts.subject === parts.subject
    if (parts && !isStored) await this.#parts.remove(parts.subject)
    return now !== undefined && hasEnded(now)
  }

  /** @throws DaffiError DAFFI_UNKNOWN_JOB when the outcome is not kept any longer, DAFFI_BAD_MESSAGE */
  async outcome(id: string, record: EndedRecord): Promise<JobOutcome> {
    if (!('parts' in record)) return record
    const isOwn = record.parts.subject.startsWith(`${this.#names.record(id)}.`)
    const payload = isOwn ? await this.#parts.load(record.parts) : undefined
    if (!payload) throw new DaffiError('DAFFI_UNKNOWN_JOB', 'the result of the job is not kept any longer')
    const outcome = decodeRecord(payload)
    if (outcome && hasEnded(outcome) && !('parts' in outcome)) return outcome
    throw new DaffiError('DAFFI_BAD_MESSAGE', `what is kept as the result of job ${id} is none`)
  }

  /** Keeps a job from being claimed, also if a node has claimed it. @returns its state until then */
  async cancel(id: string): Promise<'waiting' | 'running' | 'over'> {
    for (;;) {
      const found = await this.#read(id)
      if (found?.record && hasEnded(found.record)) return 'over'
      const record: JobRecord = { state: 'cancelled', sequence: found?.record?.sequence ?? null }
      if (!(await this.#write(id, record, found?.revision ?? 0))) continue
      this.#tell(id, record)
      // Parts of a result that the holder was about to store.
      if (found) await this.#parts.remove(this.#names.record(id))
      return found?.record?.state === 'running' ? 'running' : 'waiting'
    }
  }

  /** Publishes the record of a job that has ended, for those who wait for it. */
  #tell(id: string, record: JobRecord): void {
    if (!this.#nc.isClosed()) this.#nc.publish(this.#names.ended(id), encodeRecord(record))
  }

  /** Entry of a job; undefined when there is none, or it was deleted. It may hold something that is no record. */
  async #read(id: string): Promise<{ record: JobRecord | undefined; revision: number } | undefined> {
    const entry = await this.#answers.wait(this.#bucket.get(id))
    if (!entry || entry.operation !== 'PUT') return undefined
    return { record: decodeRecord(entry.value), revision: entry.revision }
  }

  /** Replaces the record of a claim. @returns false when the job was cancelled or taken over meanwhile */
  async #replace(id: string, record: JobRecord, revision: number): Promise<boolean> {
    if (await this.#write(id, record, revision)) return true
    // The job took so long that its record has expired, or something else was put in its place.
    const found = await this.#read(id)
    return !found?.record && (await this.#write(id, record, found?.revision ?? 0)) !== undefined
  }

  /**
   * @param revision that of the record to replace; 0 for a record that must be the first
   * @returns the new revision; undefined when the record has another revision by now
   */
  async #write(id: string, record: JobRecord, revision: number): Promise<number | undefined> {
    try {
      const stored = this.#bucket.put(id, encodeRecord(record), { previousSeq: revision })
      return await this.#answers.wait(stored)
    } catch (error) {
      if (isApiError(error, 'wrongLastSequence')) return undefined
      throw error
    }
  }
}
