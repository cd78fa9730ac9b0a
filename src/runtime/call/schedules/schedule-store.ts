import {
  AckPolicy,
  DiscardPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type Consumer,
  type JetStreamManager,
} from '@nats-io/jetstream'
import { headers, nanos, type NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { ScheduleSpec } from '../../core/plan/plan.js'
import { isApiError } from '../../nats/index.js'
import { ensureConsumer } from '../wire/ensure-consumer.js'
import { HEADER } from '../wire/headers.js'
import type { ScheduleNames } from './schedule-names.js'
import { hasEnded, parseSchedule, type ScheduleRecord } from './schedule-record.js'

/** Seconds for which a schedule that has ended is still known. */
const KNOWN_S = 24 * 3600
const CONSUMER = 'due'
/**
 * Time after which another node is given a firing. Short, since the firing is only published as a job, and the server stores
 * it once, however many nodes do that.
 */
export const FIRING_ACK_WAIT_MS = 1250
/** Error codes of the server for a schedule that it cannot parse, and for a time zone that it does not know. */
const BAD_PATTERN = 10189
const BAD_TIME_ZONE = 10223
/** Header of ADR-51 that the client has no option for. */
const TIME_ZONE = 'Nats-Schedule-Time-Zone'
/** Time after which the server deletes a firing that no node has accepted. */
const FIRING_TTL = '24h'

/**
 * The stream of a pipeline's schedules: of each its record, the timers that make the server fire, and its latest
 * firing.
 */
export class ScheduleStore {
  readonly #nc: NatsConnection
  readonly #names: ScheduleNames
  #jsm: Promise<JetStreamManager> | undefined

  constructor(nc: NatsConnection, names: ScheduleNames) {
    this.#nc = nc
    this.#names = names
  }

  /** Creates the stream and its consumer if they do not exist. */
  async open(): Promise<void> {
    const jsm = await this.#manager()
    const stream = this.#names.stream
    await jsm.streams.add({
      name: stream,
      subjects: this.#names.subjects,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      // One firing waits at most: the next takes its place.
      max_msgs_per_subject: 1,
      allow_direct: true,
      allow_msg_ttl: true,
      allow_msg_schedules: true,
    })
    await ensureConsumer(jsm, stream, {
      durable_name: CONSUMER,
      filter_subject: this.#names.due('*', '*'),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(FIRING_ACK_WAIT_MS),
      max_ack_pending: -1,
    })
  }

  /** Stores a schedule. @throws DaffiError DAFFI_BAD_CRON, DAFFI_BAD_SCHEDULE for what only the server recognizes as wrong */
  async add(record: ScheduleRecord, payload: Uint8Array): Promise<void> {
    const { uuid, callback, from, to, spec } = record
    await this.#purge(this.#names.timer(uuid, '*'))
    await this.#storeRecord(record)
    const js = jetstream(this.#nc)
    try {
      for (const [index, specification] of specificationsOf(spec).entries()) {
        const head = headers()
        head.set(HEADER.from, from)
        if (to !== null) head.set(HEADER.to, to)
        if ('cron' in spec && spec.timeZone !== undefined) head.set(TIME_ZONE, spec.timeZone)
        const schedule = { specification, target: this.#names.due(uuid, callback), ttl: FIRING_TTL }
        await js.publish(this.#names.timer(uuid, index), payload, { headers: head, schedule })
      }
    } catch (error) {
      await this.#purge(this.#names.timer(uuid, '*'))
      await this.#purge(this.#names.record(uuid))
      throw 'cron' in spec ? refusal(spec, error) : error
    }
  }

  async list(): Promise<ScheduleRecord[]> {
    const subjects = await this.#recordSubjects()
    const records = await Promise.all(subjects.map((subject) => this.#read(subject)))
    return records.filter((record) => record !== undefined)
  }

  /** Lists those that will fire again. */
  async active(): Promise<ScheduleRecord[]> {
    return (await this.list()).filter((record) => !hasEnded(record))
  }

  /** Time when the latest firing that is kept came, or else when the timer was set; undefined when it has neither. */
  async lastFired({
    uuid,
    callback,
  }: Pick<ScheduleRecord, 'uuid' | 'callback'>): Promise<number | undefined> {
    const jsm = await this.#manager()
    for (const subject of [this.#names.due(uuid, callback), this.#names.timer(uuid, 0)]) {
      const message = await jsm.streams.getMessage(this.#names.stream, { last_by_subj: subject })
      if (message) return message.time.getTime()
    }
    return undefined
  }

  async get(uuid: string): Promise<ScheduleRecord | undefined> {
    const subjects = await this.#recordSubjects()
    const subject = this.#names.record(uuid)
    return subjects.includes(subject) ? await this.#read(subject) : undefined
  }

  async cancel(record: ScheduleRecord): Promise<void> {
    await this.#storeRecord({ ...record, cancelled: true })
    await this.#purge(this.#names.timer(record.uuid, '*'))
    await this.#purge(this.#names.due(record.uuid, record.callback))
  }

  consumer(): Promise<Consumer> {
    return jetstream(this.#nc).consumers.get(this.#names.stream, CONSUMER)
  }

  async #storeRecord(record: ScheduleRecord): Promise<void> {
    const end = record.cancelled ? Date.now() : 'at' in record.spec ? record.spec.at.at(-1) : undefined
    const ttl =
      end === undefined ? {} : { ttl: `${Math.ceil(Math.max(0, end - Date.now()) / 1000) + KNOWN_S}s` }
    await jetstream(this.#nc).publish(this.#names.record(record.uuid), JSON.stringify(record), ttl)
  }

  async #read(subject: string): Promise<ScheduleRecord | undefined> {
    const jsm = await this.#manager()
    const message = await jsm.streams.getMessage(this.#names.stream, { last_by_subj: subject })
    return message ? parseSchedule(message.data, subject.slice(this.#names.record('').length)) : undefined
  }

  async #recordSubjects(): Promise<string[]> {
    const jsm = await this.#manager()
    try {
      const { state } = await jsm.streams.info(this.#names.stream, {
        subjects_filter: this.#names.record('*'),
      })
      return Object.keys(state.subjects ?? {})
    } catch (error) {
      if (isApiError(error, 'streamNotFound')) return []
      throw error
    }
  }

  async #purge(filter: string): Promise<void> {
    await (await this.#manager()).streams.purge(this.#names.stream, { filter })
  }

  #manager(): Promise<JetStreamManager> {
    return (this.#jsm ??= jetstreamManager(this.#nc, { checkAPI: false }))
  }
}

/** The error of a cron expression or time zone that the server does not know; others as they are. */
function refusal({ cron, timeZone = '' }: { cron: string; timeZone?: string }, error: unknown): unknown {
  const code = error instanceof JetStreamApiError ? error.code : undefined
  if (code === BAD_PATTERN)
    return new DaffiError('DAFFI_BAD_CRON', `"${cron}" is no cron expression`, { cause: error })
  if (code !== BAD_TIME_ZONE) return error
  return new DaffiError('DAFFI_BAD_SCHEDULE', `the NATS server does not know the time zone ${timeZone}`, {
    cause: error,
    next: "Name another one, or install the system's time zones (tzdata) where the server runs.",
  })
}

/** The values of the header Nats-Schedule, as ADR-51 defines them. */
function specificationsOf(spec: ScheduleSpec): string[] {
  if ('at' in spec) return spec.at.map((time) => `@at ${new Date(time).toISOString()}`)
  return ['cron' in spec ? spec.cron : `@every ${spec.intervalMs}ms`]
}
