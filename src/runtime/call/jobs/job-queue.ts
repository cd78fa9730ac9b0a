import {
  AckPolicy,
  jetstream,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream'
import { nanos, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import { isApiError, notStored, WRONG_LAST_SEQUENCE } from '../wire/not-stored.js'
import { HEADER } from '../wire/messages.js'
import { cancelled } from '../api/job.js'
import { JobNames, type Address, type Route } from './job-names.js'
import type { Holder } from './job-record.js'
import { StoredParts, type PartsRef } from './stored-parts.js'

/** Without a word from its worker in that time, a job is given out again; whoever gets it looks who has it. */
export const ACK_WAIT_MS = 4000

/** A job that is sent, and by which run of a node. */
export interface NewJob {
  id: string
  target: Address
  caller: Holder
}

/** Where the arguments of a job lie that are too large for its message, and which incarnation puts them there. */
interface StoredArguments extends PartsRef {
  caller: string
}

/** The work queue of a pipeline's durable jobs. */
export class JobQueue {
  readonly #names: JobNames
  readonly #jsm: JetStreamManager
  readonly #js: JetStreamClient
  readonly #parts: StoredParts

  private constructor(nc: NatsConnection, jsm: JetStreamManager, names: JobNames) {
    this.#names = names
    this.#jsm = jsm
    this.#js = jetstream(nc)
    this.#parts = new StoredParts(nc, jsm, names.stream)
  }

  /** Sees to it that it is there. */
  static async open(nc: NatsConnection, jsm: JetStreamManager, names: JobNames): Promise<JobQueue> {
    await jsm.streams.add({
      name: names.stream,
      subjects: [names.all()],
      storage: StorageType.File,
      retention: RetentionPolicy.Workqueue,
      allow_direct: true,
    })
    return new JobQueue(nc, jsm, names)
  }

  async addRoute(route: Route): Promise<void> {
    await this.#jsm.consumers.add(this.#names.stream, {
      durable_name: this.#names.consumer(route),
      filter_subject: this.#names.filter(route),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      // Jobs that are not due yet are given out, and handed back until then.
      max_ack_pending: -1,
    })
  }

  consumer(route: Route): Promise<Consumer> {
    return this.#js.consumers.get(this.#names.stream, this.#names.consumer(route))
  }

  /**
   * Puts a job into the queue, before arguments that need parts of their own: so whoever is given it sees to what a
   * caller leaves who dies on the way.
   * @returns where these arguments are to be put
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_NOT_STORED
   */
  async add(
    { id, target, caller }: NewJob,
    payload: Uint8Array,
    headers: MsgHdrs,
  ): Promise<PartsRef | undefined> {
    const parts = this.#parts.plan(
      payload,
      this.#names.argumentParts(id),
      `what "${target.callback}" is to get`,
    )
    if (parts) {
      const stored: StoredArguments = { ...parts, caller: caller.incarnation }
      headers.set(HEADER.stored, JSON.stringify(stored))
    }
    try {
      await this.#js.publish(this.#names.job(id, target), parts ? '' : payload, { headers })
    } catch (error) {
      throw notStored(error)
    }
    return parts
  }

  /** @throws DaffiError DAFFI_NOT_STORED */
  async putArguments(parts: PartsRef, payload: Uint8Array): Promise<void> {
    await this.#parts.put(parts, payload)
  }

  /** @returns false when there is a job of that id for that target */
  async addAlone(
    id: string,
    target: Address,
    payload: Uint8Array,
    headers: MsgHdrs,
    msgID: string,
  ): Promise<boolean> {
    const expect = { lastSubjectSequence: 0 }
    try {
      await this.#js.publish(this.#names.job(id, target), payload, { headers, msgID, expect })
      return true
    } catch (error) {
      if (isApiError(error, WRONG_LAST_SEQUENCE)) return false
      throw error
    }
  }

  async has(id: string): Promise<boolean> {
    const query = { last_by_subj: this.#names.all(id) }
    return (await this.#jsm.streams.getMessage(this.#names.stream, query)) !== null
  }

  /** The incarnation of a caller who has not put all the arguments there. */
  async lacking(message: JsMsg): Promise<string | undefined> {
    const stored = storedArguments(message)
    return stored && !(await this.#parts.isWhole(stored)) ? stored.caller : undefined
  }

  /** @throws DaffiError DAFFI_ABORTED when they are not there any more */
  async arguments(message: JsMsg): Promise<Uint8Array> {
    const stored = storedArguments(message)
    if (!stored) return message.data
    const payload = await this.#parts.load(stored)
    if (!payload) throw cancelled(JobNames.parse(message.subject).id)
    return payload
  }

  /** Takes a job out that is over. */
  async finish(message: JsMsg): Promise<void> {
    if (storedArguments(message)) await this.remove(JobNames.parse(message.subject).id)
    message.ack()
  }

  /** Takes a job out, with all that is its. */
  async remove(id: string): Promise<void> {
    await this.#jsm.streams.purge(this.#names.stream, { filter: this.#names.all(id) })
  }
}

function storedArguments({ headers }: JsMsg): StoredArguments | undefined {
  const header = headers?.get(HEADER.stored)
  return header ? (JSON.parse(header) as StoredArguments) : undefined
}
