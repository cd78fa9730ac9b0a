import {
  AckPolicy,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { JobNames, Route } from './names.js'
import { decodeRecord, encodeRecord, type Holder, type JobOutcome, type JobRecord } from './record.js'

/** How long a job's result is kept. */
export const RESULT_MS = 24 * 3600 * 1000

/** Without a word from its worker in that time, a job is given out again; whoever gets it looks who has it. */
export const ACK_WAIT_MS = 4000

const NANOSECONDS = 1_000_000
const WRONG_LAST_SEQUENCE = 10071
export const STREAM_NOT_FOUND = 10059

/** What may be done with a job that the queue has given out. */
export type Claim =
  { state: 'mine'; redelivered: boolean } | { state: 'over' } | { state: 'held'; by: Holder }

/** The queue and the records of a pipeline's durable jobs. */
export class JobStore {
  readonly #nc: NatsConnection
  readonly #names: JobNames
  readonly #jsm: JetStreamManager
  readonly #js: JetStreamClient
  readonly #bucket: KV

  private constructor(nc: NatsConnection, names: JobNames, jsm: JetStreamManager, bucket: KV) {
    this.#nc = nc
    this.#names = names
    this.#jsm = jsm
    this.#js = jetstream(nc)
    this.#bucket = bucket
  }

  /** Sees to it that queue and bucket are there. */
  static async open(nc: NatsConnection, names: JobNames): Promise<JobStore> {
    const jsm = await jetstreamManager(nc, { checkAPI: false })
    await jsm.streams.add({
      name: names.stream,
      subjects: [names.all()],
      storage: StorageType.File,
      retention: RetentionPolicy.Workqueue,
      allow_direct: true,
    })
    const bucket = await new Kvm(nc).create(names.bucket, { storage: 'file', history: 1, ttl: RESULT_MS })
    return new JobStore(nc, names, jsm, bucket)
  }

  async addRoute(route: Route): Promise<void> {
    await this.#jsm.consumers.add(this.#names.stream, {
      durable_name: this.#names.consumer(route),
      filter_subject: this.#names.filter(route),
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NANOSECONDS,
      // Jobs that are not due yet are given out, and handed back until then.
      max_ack_pending: -1,
    })
  }

  consumer(route: Route): Promise<Consumer> {
    return this.#js.consumers.get(this.#names.stream, this.#names.consumer(route))
  }

  /** Resolves when the server has it on file. */
  async add(subject: string, payload: Uint8Array, headers: MsgHdrs): Promise<void> {
    await this.#js.publish(subject, payload, { headers })
  }

  /** @returns false when there is a job of that subject */
  async addAlone(subject: string, payload: Uint8Array, headers: MsgHdrs, msgID: string): Promise<boolean> {
    try {
      await this.#js.publish(subject, payload, { headers, msgID, expect: { lastSubjectSequence: 0 } })
      return true
    } catch (error) {
      if (isApiError(error, WRONG_LAST_SEQUENCE)) return false
      throw error
    }
  }

  /** Takes a job that is not running out of the queue. */
  async withdraw(id: string): Promise<void> {
    const record = await this.record(id)
    if (record?.state !== 'running') await this.#purge(id)
  }

  /** Whether a job of that id is in the queue. */
  async isQueued(id: string): Promise<boolean> {
    return (
      (await this.#jsm.streams.getMessage(this.#names.stream, { last_by_subj: this.#names.all(id) })) !== null
    )
  }

  async record(id: string): Promise<JobRecord | undefined> {
    return (await this.#read(id))?.record
  }

  /** Takes a job, unless it is over or its holder lives. */
  async claim(
    id: string,
    sequence: number,
    holder: Holder,
    isHeld: (holder: Holder) => boolean,
  ): Promise<Claim> {
    const mine: JobRecord = { state: 'running', sequence, ...holder }
    for (;;) {
      if (await this.#write(id, mine, 0)) return { state: 'mine', redelivered: false }
      const found = await this.#read(id)
      if (!found) continue
      const { record, revision } = found
      const earlier = record.sequence !== null && record.sequence < sequence
      if (!earlier && record.state !== 'running') return { state: 'over' }
      if (!earlier && record.state === 'running' && isHeld(record)) return { state: 'held', by: record }
      if (await this.#write(id, mine, revision)) return { state: 'mine', redelivered: !earlier }
    }
  }

  /** @throws DaffiError DAFFI_TOO_LARGE, DAFFI_UNSENDABLE: then the outcome is another */
  async settle(id: string, sequence: number, outcome: JobOutcome): Promise<void> {
    const payload = encodeRecord({ ...outcome, sequence })
    const most = this.#nc.info?.max_payload ?? Infinity
    if (payload.length > most) {
      throw new DaffiError(
        'DAFFI_TOO_LARGE',
        `the result has ${payload.length} bytes; a message of this server has at most ${most}`,
      )
    }
    await this.#bucket.put(id, payload)
  }

  /** Keeps a job from being taken, again if it has been. @returns what it was */
  async cancel(id: string): Promise<'waiting' | 'running' | 'over'> {
    for (;;) {
      const found = await this.#read(id)
      if (found && found.record.state !== 'running') return 'over'
      const cancelled: JobRecord = { state: 'cancelled', sequence: found?.record.sequence ?? null }
      if (!(await this.#write(id, cancelled, found?.revision ?? 0))) continue
      await this.#purge(id)
      return found ? 'running' : 'waiting'
    }
  }

  async #purge(id: string): Promise<void> {
    await this.#jsm.streams.purge(this.#names.stream, { filter: this.#names.all(id) })
  }

  async #read(id: string): Promise<{ record: JobRecord; revision: number } | undefined> {
    const entry = await this.#bucket.get(id)
    const record = entry ? decodeRecord(entry.value) : undefined
    return entry && record ? { record, revision: entry.revision } : undefined
  }

  /** @param revision 0 for a record that must be the first. @returns false when it is another by now */
  async #write(id: string, record: JobRecord, revision: number): Promise<boolean> {
    try {
      await this.#bucket.put(id, encodeRecord(record), { previousSeq: revision })
      return true
    } catch (error) {
      if (isApiError(error, WRONG_LAST_SEQUENCE)) return false
      throw error
    }
  }
}

/** The routes that jobs were ever sent on. Makes nothing. */
export async function knownRoutes(nc: NatsConnection, names: JobNames): Promise<Route[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false })
  const routes: Route[] = []
  try {
    for await (const { name } of jsm.consumers.list(names.stream)) routes.push(names.route(name))
  } catch (error) {
    if (!isApiError(error, STREAM_NOT_FOUND)) throw error
  }
  return routes
}

export function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code
}
