import { randomUUID } from 'node:crypto'
import type { JsMsg } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { assertToken, isToken } from '../../core/names.js'
import { parseSchedule } from '../../core/text/schedule.js'
import { listen } from '../../nats/index.js'
import type { PeriodOptions } from '../api/modifiers.js'
import type { ScheduledTask } from '../api/scheduled-task.js'
import type { Registry } from '../invoke/registry.js'
import { isRouteFor, routeOf, type Route } from '../jobs/store/job-route.js'
import type { Jobs } from '../jobs/jobs.js'
import { Puller } from '../jobs/puller.js'
import { HEADER } from '../wire/headers.js'
import type { CallTiming } from '../wire/timing.js'
import { ScheduleNames } from './schedule-names.js'
import { requireSchedules } from './requirement.js'
import { hasEnded, type ScheduleRecord } from './schedule-record.js'
import { FIRING_ACK_WAIT_MS, ScheduleStore } from './schedule-store.js'

/** Limit of the firings that a node handles at the same time. */
const MAX_FIRINGS = 16
/** Pause before another attempt with a firing that came due while the previous one still runs. */
const OVERLAP_RETRY_MS = 250

export interface SchedulesOptions {
  /** The node's own connection. */
  nc: NatsConnection
  connect: () => Promise<NatsConnection>
  pipeline: string
  node: string
  registry: Registry
  jobs: Jobs
  log: Logger
  timing: CallTiming
}

/**
 * The schedules of a pipeline, as one of its nodes sees them. The server publishes firings into a stream. The node that
 * gets a firing makes it a durable job, of which a schedule has one at any time: so firings neither overlap nor run
 * twice.
 */
export class Schedules {
  readonly #options: SchedulesOptions
  readonly #names: ScheduleNames
  readonly #store: ScheduleStore
  #dispatching: Promise<Puller | undefined> | undefined
  #leaving = false

  constructor(options: SchedulesOptions) {
    this.#options = options
    this.#names = new ScheduleNames(options.pipeline)
    this.#store = new ScheduleStore(options.nc, this.#names)
  }

  /** Begins to handle firings, as soon as there are some for this node. */
  async offer(): Promise<void> {
    listen(this.#options.nc, this.#names.wake, (message) => this.#dispatch(message.string() as Route))
    await this.refresh()
  }

  /** Reads the schedules after a reconnect and now and then, since a new one may have been missed. */
  async refresh(): Promise<void> {
    if (this.#options.registry.names.length === 0 || this.#dispatching) return
    for (const record of await this.#store.active()) this.#dispatch(routeOfRecord(record))
  }

  /**
   * Stores a schedule on the server.
   * @param payload the encoded arguments
   * @throws DaffiError DAFFI_SERVER_TOO_OLD, as the others do; DAFFI_PAST_DEADLINE, and those of `parseSchedule`
   */
  async add(
    { callback, to = null }: { callback: string; to: string | null | undefined },
    payload: Uint8Array,
    { uuid = randomUUID(), ...options }: PeriodOptions,
  ): Promise<ScheduledTask> {
    const { nc, node, jobs } = this.#options
    const spec = parseSchedule(options)
    assertToken('uuid', uuid)
    const past = 'at' in spec ? spec.at.find((time) => time <= Date.now()) : undefined
    if (past !== undefined)
      throw new DaffiError('DAFFI_PAST_DEADLINE', `${new Date(past).toISOString()} has passed already`)
    this.#requireServer()
    await this.#store.open()
    await jobs.route({ callback, to: to ?? undefined })
    const record: ScheduleRecord = { uuid, callback, to, from: node, spec, cancelled: false }
    await this.#store.add(record, payload)
    const route = routeOfRecord(record)
    nc.publish(this.#names.wake, route)
    await nc.flush()
    this.#dispatch(route)
    return this.#task(record)
  }

  /** Lists the schedules that will fire again. */
  async list(): Promise<ScheduledTask[]> {
    this.#requireServer()
    return (await this.#store.active()).map((record) => this.#task(record))
  }

  /** Finds a schedule by its id. @throws DaffiError DAFFI_UNKNOWN_SCHEDULE */
  async find(uuid: string): Promise<ScheduledTask> {
    this.#requireServer()
    const record = await this.#store.get(uuid)
    if (record) return this.#task(record)
    throw new DaffiError('DAFFI_UNKNOWN_SCHEDULE', `there is no schedule ${JSON.stringify(uuid)}`)
  }

  /** Accepts no more firings, and resolves when those that were accepted are handled. */
  async drain(): Promise<void> {
    this.#leaving = true
    await (await this.#dispatching)?.drain()
  }

  #task({ uuid, callback, to, from, spec }: ScheduleRecord): ScheduledTask {
    return { uuid, callback, to, from, spec, cancel: () => this.#cancel(uuid) }
  }

  async #cancel(uuid: string): Promise<boolean> {
    const record = await this.#store.get(uuid)
    if (!record || hasEnded(record)) return false
    await this.#store.cancel(record)
    await this.#options.jobs.withdraw(uuid)
    return true
  }

  #requireServer(): void {
    requireSchedules(this.#options.nc.info?.version ?? '0')
  }

  #dispatch(route: Route): void {
    const { node, registry, log } = this.#options
    if (this.#leaving || !isRouteFor(route, node, registry.names)) return
    this.#dispatching ??= this.#startDispatching().catch((error: unknown) => {
      this.#dispatching = undefined
      log.error(`schedules do not fire here: ${String(error)}`)
      return undefined
    })
  }

  async #startDispatching(): Promise<Puller> {
    const store = new ScheduleStore(await this.#options.connect(), this.#names)
    return new Puller({
      consumer: () => store.consumer(),
      limit: MAX_FIRINGS,
      ackWaitMs: FIRING_ACK_WAIT_MS,
      handle: (message) => this.#fire(message),
      retryMs: this.#options.timing.retryMs,
      log: this.#options.log,
    })
  }

  async #fire(message: JsMsg): Promise<void> {
    const { uuid, callback } = ScheduleNames.parseDue(message.subject)
    const to = message.headers?.get(HEADER.to) ?? ''
    const from = message.headers?.get(HEADER.from) ?? ''
    if (![to, from].every((name) => name === '' || isToken(name)))
      throw new DaffiError('DAFFI_BAD_MESSAGE', 'a firing has headers that are no names')
    const target = { callback, to: to === '' ? undefined : to }
    const key = `${uuid} ${message.seq}`
    if (await this.#options.jobs.fire(uuid, target, message.data, { from, key })) message.ack()
    else message.nak(OVERLAP_RETRY_MS)
  }
}

function routeOfRecord({ callback, to }: ScheduleRecord): Route {
  return routeOf({ callback, to: to ?? undefined })
}
