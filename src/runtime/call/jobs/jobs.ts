import { headers, type NatsConnection } from '@nats-io/transport-node'
import { bounded } from '../../core/abort.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { isToken, randomId } from '../../core/names.js'
import type { Abort, Run } from '../api/context.js'
import { FINISHING_MS } from '../wire/timing.js'
import type { BGOptions } from '../api/modifiers.js'
import type { Peers } from '../presence/peers.js'
import type { Registry } from '../invoke/registry.js'
import { HEADER, subjects } from '../wire/messages.js'
import { DurableJob, type JobAccess } from './durable-job.js'
import { cancelled, type Job } from '../api/job.js'
import { isFor, JobNames, routeOf, type Address, type Route } from './job-names.js'
import type { Holder } from './job-record.js'
import { JobStore, knownRoutes } from './job-store.js'
import { LEAVES, Worker } from './job-worker.js'

export interface JobsOptions {
  /** The node's own connection, on which it does not hear itself. */
  nc: NatsConnection
  /** Another one, opened when it is needed: most nodes never are. */
  connect: () => Promise<NatsConnection>
  pipeline: string
  self: Holder
  peers: Peers
  registry: Registry
  log: Logger
  makeRun: (from: string | undefined, abort: Abort) => Run
}

/** The durable jobs of a pipeline, as one of its nodes sees them: those that it sends, and those that it runs. */
export class Jobs {
  readonly #options: JobsOptions
  readonly #names: JobNames
  readonly #workers = new Map<Route, Promise<Worker>>()
  readonly #running = new Map<string, AbortController>()
  readonly #waiting = new Set<DurableJob>()
  readonly #routes = new Map<Route, Promise<void>>()
  #access: Promise<JobAccess> | undefined
  #leaving = false

  constructor(options: JobsOptions) {
    this.#options = options
    this.#names = new JobNames(options.pipeline)
  }

  /** From now on this node runs jobs, as soon as there are some for it. */
  async offer(): Promise<void> {
    const { nc } = this.#options
    nc.subscribe(this.#names.wake, {
      callback: (error, message) => {
        if (error === null) this.#work(message.string() as Route)
      },
    })
    await this.#lookForRoutes()
  }

  /** After a reconnect: routes, results and cancellations may have been missed. */
  async refresh(): Promise<void> {
    if (this.#options.registry.names.length > 0) await this.#lookForRoutes()
    await Promise.all([...this.#waiting].map((job) => job.refresh()))
  }

  /**
   * @param payload the arguments
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_NOT_STORED
   */
  async submit(target: Address, payload: Uint8Array, { timeout = 0, eta = 0 }: BGOptions): Promise<Job> {
    const dueMs = parseDuration(eta, 'eta')
    const timeoutMs = parseDuration(timeout, 'timeout')
    const { store } = await this.#open()
    const id = randomId()
    const head = headers()
    head.set(HEADER.from, this.#options.self.node)
    if (dueMs > 0) head.set(HEADER.due, String(Date.now() + dueMs))
    if (timeoutMs > 0) head.set(HEADER.timeout, String(timeoutMs))
    await this.route(target)
    const job = await this.#listen(id)
    await store.add({ id, target, caller: this.#options.self }, payload, head)
    return job
  }

  /**
   * Puts a firing of a schedule into the queue, under the schedule's id, once however often it is tried.
   * @returns false while the one before is waiting or running
   */
  async fire(
    id: string,
    target: Address,
    payload: Uint8Array,
    firing: { from: string; key: string },
  ): Promise<boolean> {
    const { store } = await this.#open()
    await this.route(target)
    const head = headers()
    head.set(HEADER.from, firing.from)
    head.set(HEADER.schedule, id)
    return await store.queue.addAlone(id, target, payload, head, firing.key)
  }

  /** Takes a firing that nobody has begun with out of the queue. */
  async withdraw(id: string): Promise<void> {
    const { store } = await this.#open()
    await store.withdraw(id)
  }

  /** @throws DaffiError DAFFI_UNKNOWN_JOB */
  async find(id: string): Promise<Job> {
    if (isToken(id)) {
      const { store } = await this.#open()
      const job = await this.#listen(id)
      if ((await job.refresh()) || (await store.queue.has(id)) || (await job.refresh())) return job
      this.#waiting.delete(job)
      job.close(cancelled(id))
    }
    throw new DaffiError('DAFFI_UNKNOWN_JOB', `there is no job ${JSON.stringify(id)}`)
  }

  /** Sees to it that jobs of that route are taken. */
  async route(target: Address): Promise<void> {
    const route = routeOf(target)
    const opening = this.#routes.get(route) ?? this.#openRoute(route)
    this.#routes.set(route, opening)
    try {
      await opening
    } catch (error) {
      this.#routes.delete(route)
      throw error
    }
  }

  /** Takes no more jobs, and resolves when the running ones have their results; what takes too long is handed back. */
  async drain(): Promise<void> {
    this.#leaving = true
    const drains = [...this.#workers.values()].map((starting) =>
      // One that could not start has nothing to drain.
      starting.then((worker) => worker.drain()).catch(() => undefined),
    )
    const drained = Promise.all(drains)
    await bounded(drained, { timeoutMs: FINISHING_MS, what: 'draining' }).catch(() => {
      for (const abort of this.#running.values()) abort.abort(LEAVES)
    })
    await drained
  }

  /** Ends the waiting for jobs that others run. */
  close(): void {
    const { node } = this.#options.self
    for (const job of this.#waiting)
      job.close(new DaffiError('DAFFI_CLOSED', `"${node}" has left the pipeline`))
  }

  async #listen(id: string): Promise<DurableJob> {
    const job = new DurableJob(id, await this.#open())
    this.#waiting.add(job)
    const forget = (): void => void this.#waiting.delete(job)
    job.ended().then(forget, forget)
    return job
  }

  async #openRoute(route: Route): Promise<void> {
    const { nc, names, store } = await this.#open()
    await store.queue.addRoute(route)
    nc.publish(names.wake, route)
    await nc.flush()
    this.#work(route)
  }

  async #lookForRoutes(): Promise<void> {
    for (const route of await knownRoutes(this.#options.nc, this.#names)) this.#work(route)
  }

  /** Begins to take jobs of a route, if they are for this node. */
  #work(route: Route): void {
    const { registry, self, log } = this.#options
    if (this.#leaving || this.#workers.has(route) || !isFor(route, self.node, registry.names)) return
    const worker = this.#startWorker(route)
    this.#workers.set(route, worker)
    worker.catch((error: unknown) => {
      this.#workers.delete(route)
      log.error(`jobs of ${route} are not taken: ${String(error)}`)
    })
  }

  async #startWorker(route: Route): Promise<Worker> {
    const { self, registry, log, peers, makeRun } = this.#options
    const { store } = await this.#open()
    const isAlive = (incarnation: string): boolean =>
      peers.all().some((peer) => peer.incarnation === incarnation)
    return new Worker({ route, store, self, registry, log, makeRun, isAlive, running: this.#running })
  }

  #open(): Promise<JobAccess> {
    return (this.#access ??= this.#connect().catch((error: unknown) => {
      // The server may be back the next time.
      this.#access = undefined
      throw error
    }))
  }

  async #connect(): Promise<JobAccess> {
    const { connect, pipeline } = this.#options
    const nc = await connect()
    nc.subscribe(subjects.cancel(pipeline), {
      callback: (error, message) => {
        const id = message.string()
        if (error === null) this.#running.get(id)?.abort(cancelled(id))
      },
    })
    return { nc, names: this.#names, store: await JobStore.open(nc, this.#names), pipeline }
  }
}
