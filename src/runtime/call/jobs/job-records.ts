import type { JetStreamManager } from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { isApiError, WRONG_LAST_SEQUENCE } from '../wire/not-stored.js'
import type { JobNames } from './job-names.js'
import {
  decodeRecord,
  encodeRecord,
  type EndedRecord,
  type Holder,
  type JobOutcome,
  type JobRecord,
} from './job-record.js'
import { StoredParts } from './stored-parts.js'

/** How long a job's result is kept. */
const RESULT_MS = 24 * 3600 * 1000

/** A job that is this node's to do, as long as its record has that revision. */
export interface OwnClaim {
  state: 'mine'
  sequence: number
  revision: number
  redelivered: boolean
}

/** What may be done with a job that the queue has given out. */
export type Claim = OwnClaim | { state: 'over' } | { state: 'held'; by: Holder }

/** What became of a pipeline's durable jobs: a key-value bucket. */
export class JobRecords {
  readonly #names: JobNames
  readonly #bucket: KV
  readonly #parts: StoredParts

  private constructor(names: JobNames, bucket: KV, parts: StoredParts) {
    this.#names = names
    this.#bucket = bucket
    this.#parts = parts
  }

  /** Sees to it that the bucket is there. */
  static async open(nc: NatsConnection, jsm: JetStreamManager, names: JobNames): Promise<JobRecords> {
    const bucket = await new Kvm(nc).create(names.bucket, { storage: 'file', history: 1, ttl: RESULT_MS })
    return new JobRecords(names, bucket, new StoredParts(nc, jsm, names.bucketStream))
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return (await this.#read(id))?.record
  }

  /** Takes a job, unless it is over or its holder lives. */
  async claim(
    id: string,
    sequence: number,
    holder: Holder,
    isHeld: (holder: Holder) => boolean,
  ): Promise<Claim> {
    const running: JobRecord = { state: 'running', sequence, ...holder }
    const mine = { state: 'mine', sequence } as const
    for (;;) {
      const first = await this.#write(id, running, 0)
      if (first !== undefined) return { ...mine, revision: first, redelivered: false }
      const found = await this.#read(id)
      if (!found) continue
      const { record, revision } = found
      const earlier = record.sequence !== null && record.sequence < sequence
      if (!earlier && record.state !== 'running') return { state: 'over' }
      if (!earlier && record.state === 'running' && isHeld(record)) return { state: 'held', by: record }
      const taken = await this.#write(id, running, revision)
      if (taken !== undefined) return { ...mine, revision: taken, redelivered: !earlier }
    }
  }

  /**
   * Keeps an outcome, unless the job was cancelled or taken over meanwhile.
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_UNSENDABLE, DAFFI_NOT_STORED: then the outcome is another
   */
  async settle(id: string, { sequence, revision }: OwnClaim, outcome: JobOutcome): Promise<void> {
    const payload = encodeRecord({ ...outcome, sequence })
    const parts = this.#parts.plan(payload, this.#names.resultParts(id, revision), 'the result')
    if (parts) await this.#parts.put(parts, payload)
    const record: JobRecord = parts ? { state: outcome.state, sequence, parts } : { ...outcome, sequence }
    if (await this.#write(id, record, revision)) return
    const now = await this.get(id)
    // Such a long job that nothing is known of it any more.
    if (!now && (await this.#write(id, record, 0))) return
    // Ours, if only the server's word of it was lost.
    const kept = parts && now && 'parts' in now && now.parts.subject === parts.subject
    if (parts && !kept) await this.#parts.remove(parts.subject)
  }

  /** @throws DaffiError DAFFI_UNKNOWN_JOB when it is not kept any longer */
  async outcome(record: EndedRecord): Promise<JobOutcome> {
    if (!('parts' in record)) return record
    const payload = await this.#parts.load(record.parts)
    if (!payload) throw new DaffiError('DAFFI_UNKNOWN_JOB', 'the result of the job is not kept any longer')
    return decodeRecord(payload) as JobOutcome
  }

  /** Keeps a job from being taken, again if it has been. @returns what it was */
  async cancel(id: string): Promise<'waiting' | 'running' | 'over'> {
    for (;;) {
      const found = await this.#read(id)
      if (found && found.record.state !== 'running') return 'over'
      const cancelled: JobRecord = { state: 'cancelled', sequence: found?.record.sequence ?? null }
      if (!(await this.#write(id, cancelled, found?.revision ?? 0))) continue
      // Of a result that somebody was about to put there.
      if (found) await this.#parts.remove(this.#names.record(id))
      return found ? 'running' : 'waiting'
    }
  }

  async #read(id: string): Promise<{ record: JobRecord; revision: number } | undefined> {
    const entry = await this.#bucket.get(id)
    const record = entry ? decodeRecord(entry.value) : undefined
    return entry && record ? { record, revision: entry.revision } : undefined
  }

  /** @param revision 0 for a record that must be the first. @returns the new one; undefined when it is another by now */
  async #write(id: string, record: JobRecord, revision: number): Promise<number | undefined> {
    try {
      return await this.#bucket.put(id, encodeRecord(record), { previousSeq: revision })
    } catch (error) {
      if (isApiError(error, WRONG_LAST_SEQUENCE)) return undefined
      throw error
    }
  }
}
