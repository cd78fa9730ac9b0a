import {
  AckPolicy,
  jetstream,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  type StoredMsg,
} from '@nats-io/jetstream'
import { nanos, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'
import { isCount, isName, isText, mapOf } from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'
import { isApiError } from '../../../nats/index.js'
import { cancelled } from '../../api/job.js'
import { ensureConsumer } from '../../wire/ensure-consumer.js'
import { HEADER } from '../../wire/headers.js'
import { notStored } from '../../wire/not-stored.js'
import type { PendingAnswers } from '../../wire/pending-answers.js'
import type { CallTiming } from '../../wire/timing.js'
import type { QueueMessage } from './job-facts.js'
import { JobNames } from './job-names.js'
import type { Holder } from './job-record.js'
import { isOfNode, type JobTarget, type Route } from './job-route.js'
import { isPartsRef, StoredParts, type PartsRef } from './stored-parts.js'

/** Time after which the consumer of a node's name is removed, when nobody pulls from it: names may be made up for one run. */
const UNUSED_MS = 7 * 24 * 3600 * 1000

const NO_BYTES = new Uint8Array()

/** A job that is sent, and the incarnation of the node that sends it. */
export interface NewJob {
  id: string
  target: JobTarget
  caller: Holder
}

/** Reference to arguments that are too large for the job's message, and the incarnation that stores them. */
interface StoredArguments extends PartsRef {
  caller: string
}

/** A message of a job, as a worker is given it, or as it is read from the queue. */
export type JobMessage = QueueMessage & { data: Uint8Array }

/** The work queue of a pipeline's durable jobs. */
export class JobQueue {
  readonly #names: JobNames
  readonly #jsm: JetStreamManager
  readonly #js: JetStreamClient
  readonly #parts: StoredParts
  readonly #ackWaitMs: number
  readonly #answers: PendingAnswers

  private constructor(
    nc: NatsConnection,
    jsm: JetStreamManager,
    names: JobNames,
    ackWaitMs: number,
    answers: PendingAnswers,
  ) {
    this.#answers = answers
    this.#names = names
    this.#jsm = jsm
    this.#js = jetstream(nc)
    this.#parts = new StoredParts(nc, jsm, names.stream)
    this.#ackWaitMs = ackWaitMs
  }

  /** Creates the queue if it does not exist. */
  static async open(
    nc: NatsConnection,
    jsm: JetStreamManager,
    names: JobNames,
    { ackWaitMs }: CallTiming,
    answers: PendingAnswers,
  ): Promise<JobQueue> {
    await jsm.streams.add({
      name: names.stream,
      subjects: [names.all()],
      storage: StorageType.File,
      retention: RetentionPolicy.Workqueue,
      allow_direct: true,
    })
    return new JobQueue(nc, jsm, names, ackWaitMs, answers)
  }

  /** Creates the consumer of a route if it does not exist. That of a node's name is removed when it is not used for days. */
  async addRoute(route: Route): Promise<void> {
    await ensureConsumer(this.#jsm, this.#names.stream, {
      durable_name: this.#names.consumer(route),
      filter_subject: this.#names.filter(route),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(this.#ackWaitMs),
      // Jobs that are not due yet are given out, and handed back until then.
      max_ack_pending: -1,
      ...(isOfNode(route) && { inactive_threshold: nanos(UNUSED_MS) }),
    })
  }

  async consumer(route: Route): Promise<Consumer> {
    await this.addRoute(route)
    return await this.#js.consumers.get(this.#names.stream, this.#names.consumer(route))
  }

  /**
   * Puts a job into the queue, before the parts of its arguments: so a node that is given the job deletes the parts
   * of a caller that died on the way.
   * @returns a reference to the parts that are still to be stored
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_NOT_STORED
   */
  async add(
    { id, target, caller }: NewJob,
    payload: Uint8Array,
    headers: MsgHdrs,
  ): Promise<PartsRef | undefined> {
    const what = `the payload for "${target.callback}"`
    const parts = this.#parts.plan(payload, this.#names.argumentParts(id), what)
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

  /**
   * Puts a job into the queue if there is none of this id for this target.
   * @param msgID id by which the server knows a message that is sent twice
   * @returns whether there was none
   */
  async addUnique(
    id: string,
    target: JobTarget,
    payload: Uint8Array,
    headers: MsgHdrs,
    msgID?: string,
  ): Promise<boolean> {
    const expect = { lastSubjectSequence: 0 }
    try {
      const options = { headers, expect, ...(msgID !== undefined && { msgID }) }
      await this.#answers.wait(this.#js.publish(this.#names.job(id, target), payload, options))
      return true
    } catch (error) {
      if (isApiError(error, 'wrongLastSequence')) return false
      throw error
    }
  }

  /**
   * Puts a job into the queue that has been there before, unless it is there again. Its parts are stored first, so they need nobody
   * who stays until they are complete.
   * @returns whether it was not there
   * @throws DaffiError DAFFI_NOT_STORED
   */
  async addAgain(id: string, target: JobTarget, payload: Uint8Array, headers: MsgHdrs): Promise<boolean> {
    const parts = this.#parts.plan(payload, this.#names.argumentParts(id), 'the payload')
    if (!parts) return await this.addUnique(id, target, payload, headers)
    if (await this.find(id)) return false
    // Several that are at it store the same parts, so none of them may remove any; all go with the job.
    await this.#parts.put(parts, payload)
    headers.set(HEADER.stored, JSON.stringify({ ...parts, caller: 'nobody' } satisfies StoredArguments))
    return await this.addUnique(id, target, NO_BYTES, headers)
  }

  async has(id: string): Promise<boolean> {
    const query = { last_by_subj: this.#names.all(id) }
    return (await this.#answers.wait(this.#jsm.streams.getMessage(this.#names.stream, query))) !== null
  }

  /** Finds the message of a job, which is not that of a part of its arguments. */
  async find(id: string): Promise<JobMessage | undefined> {
    const [anywhere, named] = await Promise.all(this.#names.messages(id).map((filter) => this.#last(filter)))
    return anywhere ?? named
  }

  /** Reads the jobs from the oldest one on. */
  async *read(): AsyncGenerator<JobMessage> {
    const walks = this.#names.messages().map((filter) => ({ filter, next: this.#next(filter, 1) }))
    for (;;) {
      const heads = await Promise.all(walks.map(({ next }) => next))
      const [first] = heads.flatMap((each) => each ?? []).sort((a, b) => a.seq - b.seq)
      if (!first) return
      yield first
      for (const [index, walk] of walks.entries())
        if (heads[index] === first) walk.next = this.#next(walk.filter, first.seq + 1)
    }
  }

  /** Ids of the jobs that are in the queue, those that nodes run at the moment among them. */
  async ids(): Promise<Set<string>> {
    const infos = this.#names
      .messages()
      .map((filter) => this.#jsm.streams.info(this.#names.stream, { subjects_filter: filter }))
    const subjects = (await Promise.all(infos)).flatMap(({ state }) => Object.keys(state.subjects ?? {}))
    return new Set(subjects.map((subject) => subject.split('.')[3] ?? ''))
  }

  async #last(filter: string): Promise<JobMessage | undefined> {
    const query = { last_by_subj: filter }
    return messageOf(await this.#answers.wait(this.#jsm.streams.getMessage(this.#names.stream, query)))
  }

  async #next(filter: string, seq: number): Promise<JobMessage | undefined> {
    const query = { seq, next_by_subj: filter }
    return messageOf(await this.#answers.wait(this.#jsm.direct.getMessage(this.#names.stream, query)))
  }

  /** The incarnation of the caller of a job whose arguments are incomplete; undefined when they are complete. */
  async incompleteCaller(message: JobMessage): Promise<string | undefined> {
    const stored = storedArguments(message)
    return stored && !(await this.#answers.wait(this.#parts.isComplete(stored))) ? stored.caller : undefined
  }

  /** @throws DaffiError DAFFI_ABORTED when the arguments are not there any more */
  async arguments(message: JobMessage): Promise<Uint8Array> {
    const stored = storedArguments(message)
    if (!stored) return message.data
    const payload = await this.#parts.load(stored)
    if (!payload) throw cancelled(JobNames.parse(message.subject).id)
    return payload
  }

  /** Removes a job that has ended. */
  async finish(message: JsMsg): Promise<void> {
    if (storedArguments(message)) await this.remove(JobNames.parse(message.subject).id)
    message.ack()
  }

  /** Removes the message of a job. @returns false when it is not there any more */
  async removeMessage(sequence: number): Promise<boolean> {
    try {
      return await this.#answers.wait(this.#jsm.streams.deleteMessage(this.#names.stream, sequence, false))
    } catch (error) {
      if (error instanceof JetStreamApiError) return false
      throw error
    }
  }

  /** Removes a job with the parts of its arguments. */
  async remove(id: string): Promise<void> {
    await this.#jsm.streams.purge(this.#names.stream, { filter: this.#names.all(id) })
  }
}

function messageOf(message: StoredMsg | null): JobMessage | undefined {
  if (!message) return undefined
  const { subject, header, seq, time, data } = message
  return { subject, headers: header, seq, time, data }
}

const isStoredArguments = mapOf<StoredArguments>({
  subject: isText,
  bytes: isCount,
  partBytes: isCount,
  caller: isName,
})

/** Reference to a job's arguments; undefined when they are in its message. @throws DaffiError DAFFI_BAD_MESSAGE */
function storedArguments({ headers, subject }: JobMessage): StoredArguments | undefined {
  const header = headers?.get(HEADER.stored)
  if (!header) return undefined
  const stored = parseJson(header)
  const parts = `${subject.split('.').slice(0, 4).join('.')}.part`
  if (isStoredArguments(stored) && isPartsRef(stored) && stored.subject === parts) return stored
  throw new DaffiError('DAFFI_BAD_MESSAGE', `${HEADER.stored} makes no sense`)
}
