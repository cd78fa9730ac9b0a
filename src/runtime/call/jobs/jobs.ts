import { headers, type NatsConnection } from '@nats-io/transport-node'
import { bounded } from '../../core/timeout.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { assertToken, isToken, randomId } from '../../core/names.js'
import { listen } from '../../nats/index.js'
import type { MakeInvocation } from '../api/context.js'
import { cancelled, type Job } from '../api/job.js'
import type { BGOptions } from '../api/modifiers.js'
import type { Registry } from '../invoke/registry.js'
import type { PeerTable } from '../presence/peer-table.js'
import { DeadLetterStore } from '../../stream/index.js'
import type { Tracer } from '../trace/tracer.js'
import { parseDelay } from '../wire/delay.js'
import { HEADER } from '../wire/headers.js'
import { subjects } from '../wire/subjects.js'
import type { CallTiming } from '../wire/timing.js'
import { DurableJob } from './durable-job.js'
import type { JobAccess } from './job-access.js'
import { addNamed } from './named-job.js'
import { JobNames } from './store/job-names.js'
import type { Holder } from './store/job-record.js'
import { parseRetry, setRetry } from './store/job-retry.js'
import { isRouteFor, routeOf, type JobTarget, type Route } from './store/job-route.js'
import { JobStore, knownRoutes } from './store/job-store.js'
import { JobWorker, NODE_LEAVES, type RunningJob } from './job-worker.js'

/** Time for which a route is taken for open: less than its consumer is kept without use. */
const ROUTE_OPEN_MS = 3600 * 1000

export interface JobsOptions {
  /** The node's own connection, on which it does not receive its own messages. */
  nc: NatsConnection
  /** Opens another connection when it is needed, which most nodes never do. */
  connect: () => Promise<NatsConnection>
  pipeline: string
  self: Holder
  peers: PeerTable
  registry: Registry
  log: Logger
  timing: CallTiming
  makeInvocation: MakeInvocation
  tracer: Tracer | undefined
}

/** The durable jobs of a pipeline, as one of its nodes sees them: those that it sends, and those that it runs. */
export class Jobs {
  readonly #options: JobsOptions
  readonly #names: JobNames
  readonly #workers = new Map<Route, Promise<JobWorker>>()
  readonly #running = new Map<string, RunningJob>()
  readonly #waiting = new Set<DurableJob>()
  readonly #routes = new Map<Route, { opening: Promise<void>; until: number }>()
  #access: Promise<JobAccess> | undefined
  #leaving = false

  constructor(options: JobsOptions) {
    this.#options = options
    this.#names = new JobNames(options.pipeline)
  }

  /** Begins to run jobs, as soon as there are some for this node. */
  async offer(): Promise<void> {
    const { nc } = this.#options
    listen(nc, this.#names.wake, (message) => this.#work(message.string() as Route))
    await this.#lookForRoutes()
  }

  /** Reads after a reconnect the routes, results and cancellations that may have been missed. */
  async refresh(): Promise<void> {
    for (const job of this.#waiting) job.wake()
    await this.recheck()
  }

  /** Compares the routes and claims of this node with what the server has. */
  async recheck(): Promise<void> {
    if (this.#options.registry.names.length > 0) await this.#lookForRoutes()
    for (const [id, job] of this.#running) await this.#abortIfLost(id, job)
  }

  /**
   * Puts a job into the queue; with an id of its own only if there is none under that id.
   * @param payload the encoded arguments
   * @throws DaffiError DAFFI_TOO_LARGE, DAFFI_NOT_STORED, DAFFI_JOB_ID_TAKEN; DAFFI_BAD_DURATION, DAFFI_USAGE, DAFFI_BAD_NAME for
   * wrong options
   */
  async submit(
    target: JobTarget,
    payload: Uint8Array,
    { timeout = 0, retry, id: given, ...options }: BGOptions,
  ): Promise<Job> {
    if (given !== undefined) assertToken('job id', given)
    const delayMs = parseDelay(options)
    const policy = parseRetry(retry)
    const timeoutMs = parseDuration(timeout, 'timeout')
    const { store } = await this.#open()
    const id = given ?? randomId()
    const head = headers()
    head.set(HEADER.from, this.#options.self.node)
    if (delayMs > 0) head.set(HEADER.due, String(Date.now() + delayMs))
    if (timeoutMs > 0) head.set(HEADER.timeout, String(timeoutMs))
    if (policy) setRetry(head, policy)
    const trace = this.#options.tracer?.traceparent
    if (trace !== undefined) head.set(HEADER.trace, trace)
    await this.route(target)
    const job = await this.#listen(id)
    try {
      if (given === undefined) await store.add({ id, target, caller: this.#options.self }, payload, head)
      else await addNamed({ names: this.#names, store }, { id, target }, payload, head)
    } catch (error) {
      job.close(cancelled(id))
      throw error
    }
    void job.follow()
    return job
  }

  /**
   * Puts a firing of a schedule into the queue, under the schedule's id, and only once however often it is tried.
   * @returns false while the firing before is waiting or running
   */
  async fire(
    id: string,
    target: JobTarget,
    payload: Uint8Array,
    firing: { from: string; key: string },
  ): Promise<boolean> {
    const { store } = await this.#open()
    await this.route(target)
    const head = headers()
    head.set(HEADER.from, firing.from)
    head.set(HEADER.schedule, id)
    const add = (): Promise<boolean> => store.queue.addUnique(id, target, payload, head, firing.key)
    return (await add()) || ((await store.removeEnded(id)) && (await add()))
  }

  /** Removes a firing from the queue that no node has started. */
  async withdraw(id: string): Promise<void> {
    const { store } = await this.#open()
    await store.withdraw(id)
  }

  /** Finds a job by its id. @throws DaffiError DAFFI_UNKNOWN_JOB */
  async find(id: string): Promise<Job> {
    if (isToken(id)) {
      const job = await this.#listen(id)
      if (await job.look()) {
        void job.follow()
        return job
      }
      job.close(cancelled(id))
    }
    throw new DaffiError('DAFFI_UNKNOWN_JOB', `there is no job ${JSON.stringify(id)}`)
  }

  /** Creates the consumer of a target's route, and notifies the nodes that may run its jobs. */
  async route(target: JobTarget): Promise<void> {
    const route = routeOf(target)
    const known = this.#routes.get(route)
    const isOpen = known !== undefined && performance.now() < known.until
    const opened = isOpen
      ? known
      : { opening: this.#openRoute(route), until: performance.now() + ROUTE_OPEN_MS }
    this.#routes.set(route, opened)
    try {
      await opened.opening
    } catch (error) {
      this.#routes.delete(route)
      throw error
    }
  }

  /**
   * Pulls no more jobs, and resolves when the running ones have their results; those that take too long are handed
   * back.
   */
  async drain(): Promise<void> {
    this.#leaving = true
    const drains = [...this.#workers.values()].map((starting) =>
      // A worker that could not start has nothing to drain.
      starting.then((worker) => worker.drain()).catch(() => undefined),
    )
    const drained = Promise.all(drains)
    await bounded(drained, { timeoutMs: this.#options.timing.shutdownMs, what: 'draining' }).catch(() => {
      for (const { abort } of this.#running.values()) abort.abort(NODE_LEAVES)
    })
    await drained
  }

  /** Ends the waiting for jobs that other nodes run, with the reason why this node leaves. */
  close(reason: DaffiError): void {
    for (const job of this.#waiting) job.close(reason)
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
    const { nc, self } = this.#options
    for (const route of await knownRoutes(nc, this.#names, self.node)) this.#work(route)
  }

  /** Begins to pull the jobs of a route, if they are for this node. */
  #work(route: Route): void {
    const { registry, self, log } = this.#options
    if (this.#leaving || this.#workers.has(route) || !isRouteFor(route, self.node, registry.names)) return
    const worker = this.#startWorker(route)
    this.#workers.set(route, worker)
    worker.catch((error: unknown) => {
      this.#workers.delete(route)
      log.error(`jobs of ${route} are not run here: ${String(error)}`)
    })
  }

  async #startWorker(route: Route): Promise<JobWorker> {
    const { self, registry, log, timing, peers, makeInvocation, pipeline } = this.#options
    const { store, nc } = await this.#open()
    const letters = new DeadLetterStore(nc, pipeline, log)
    // A suspected node is among them: it keeps its jobs until it is gone.
    const isMember = (incarnation: string): boolean =>
      peers.all().some((peer) => peer.incarnation === incarnation)
    const running = this.#running
    const node = { self, registry, log, timing, makeInvocation }
    return new JobWorker({ ...node, route, store, letters, isMember, running })
  }

  /** Aborts a running job that this node must not run any more. */
  async #abortIfLost(id: string, { abort, claim }: RunningJob): Promise<void> {
    if (!claim) return
    const { store } = await this.#open()
    const reason = await store.records.whyLost(id, claim)
    if (reason) abort.abort(reason)
  }

  #open(): Promise<JobAccess> {
    return (this.#access ??= this.#connect().catch((error: unknown) => {
      // The server may be back the next time.
      this.#access = undefined
      throw error
    }))
  }

  async #connect(): Promise<JobAccess> {
    const { connect, pipeline, timing } = this.#options
    const nc = await connect()
    listen(nc, subjects.cancel(pipeline), (message) => {
      const id = message.string()
      this.#running.get(id)?.abort.abort(cancelled(id))
    })
    return { nc, names: this.#names, store: await JobStore.open(nc, this.#names, timing), pipeline }
  }
}
