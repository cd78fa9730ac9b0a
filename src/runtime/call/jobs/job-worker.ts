import type { JsMsg } from '@nats-io/jetstream'
import { deferred } from '../../core/deferred.js'
import { bounded } from '../../core/timeout.js'
import { DaffiError, traceOf } from '../../core/errors.js'
import { isMeasure } from '../../core/message/forms.js'
import type { Logger } from '../../core/logger.js'
import { asError } from '../../core/thrown/read-thrown.js'
import type { DeadLetterStore } from '../../stream/index.js'
import type { MakeInvocation } from '../api/context.js'
import { remoteFields } from '../api/remote-error.js'
import type { Registry } from '../invoke/registry.js'
import { decodeArguments } from '../wire/encoding.js'
import { HEADER } from '../wire/headers.js'
import type { CallTiming } from '../wire/timing.js'
import type { OwnClaim } from './store/claim.js'
import { concludeJob } from './conclude-job.js'
import { queuedJob } from './store/job-facts.js'
import { JobNames } from './store/job-names.js'
import type { Holder, JobOutcome } from './store/job-record.js'
import { targetOf, type Route } from './store/job-route.js'
import type { JobStore } from './store/job-store.js'
import { Puller } from './puller.js'

/** Default limit of the jobs of one route that a node runs at the same time. */
const MAX_RUNNING = 8

/** Longest time for which a job is returned at once; then it is returned again. */
const MAX_RETURN_MS = 24 * 3600 * 1000

/** Reason for aborting a job because this node leaves; another node will run it. */
export const NODE_LEAVES = new DaffiError('DAFFI_CLOSED', 'the node leaves the pipeline')

/** A job that this node runs. The claim is absent until the job is claimed, and once its callback is done. */
export interface RunningJob {
  abort: AbortController
  claim: OwnClaim | undefined
}

export interface JobWorkerOptions {
  route: Route
  store: JobStore
  self: Holder
  registry: Registry
  log: Logger
  timing: CallTiming
  letters: DeadLetterStore
  /** The jobs that this node runs, on all routes, by their ids. */
  running: Map<string, RunningJob>
  /** Whether the node of this incarnation takes part in the pipeline, also when it is silent at the moment. */
  isMember: (incarnation: string) => boolean
  makeInvocation: MakeInvocation
}

/** Pulls the jobs of one route from the queue, and runs them. */
export class JobWorker {
  readonly #options: JobWorkerOptions
  readonly #puller: Puller

  constructor(options: JobWorkerOptions) {
    this.#options = options
    const { route, store, registry, log, timing } = options
    this.#puller = new Puller({
      consumer: () => store.queue.consumer(route),
      limit: registry.get(targetOf(route).callback ?? '')?.options.concurrency ?? MAX_RUNNING,
      handle: (message) => this.#handle(message),
      ackWaitMs: timing.ackWaitMs,
      retryMs: timing.retryMs,
      log,
    })
  }

  /** Pulls no more jobs, and resolves when the running ones have their results. */
  async drain(): Promise<void> {
    await this.#puller.drain()
  }

  async #handle(message: JsMsg): Promise<void> {
    const { running, timing } = this.#options
    const { id } = JobNames.parse(message.subject)
    const earlyMs = timeOf(message, HEADER.due) - Date.now()
    if (earlyMs > 0) {
      message.nak(Math.min(earlyMs, MAX_RETURN_MS))
      return
    }
    timeOf(message, HEADER.timeout)
    // Delivered twice, since the callback has blocked the loop.
    if (running.has(id)) return
    const job: RunningJob = { abort: new AbortController(), claim: undefined }
    running.set(id, job)
    const working = setInterval(() => message.working(), timing.ackWaitMs / 3)
    try {
      await this.#carryOut(message, job)
    } finally {
      clearInterval(working)
      running.delete(id)
    }
  }

  async #carryOut(message: JsMsg, job: RunningJob): Promise<void> {
    const { store, self, isMember, timing } = this.#options
    const { id } = JobNames.parse(message.subject)
    const caller = await store.queue.incompleteCaller(message)
    if (caller !== undefined && isMember(caller)) {
      message.nak(timing.incompleteMs)
      return
    }
    const queued = queuedJob(message)
    if (caller !== undefined && queued.follows !== undefined) {
      // The job that was to be run once more stays as it was.
      await store.queue.remove(id)
      return
    }
    if (caller !== undefined) await store.cancel(id)
    // A job whose record names this node, though this node no longer runs it, may be claimed.
    const isHeld = ({ incarnation }: Holder): boolean =>
      incarnation !== self.incarnation && isMember(incarnation)
    const claim = await store.records.claim(queued, self, isHeld)
    if (claim.state === 'held' || claim.state === 'early') {
      message.nak(claim.state === 'held' ? timing.heldMs : Math.min(claim.ms, MAX_RETURN_MS))
      return
    }
    if (claim.state === 'mine') {
      job.claim = claim
      const outcome = await this.#run(message, job.abort, claim.redelivered)
      job.claim = undefined
      if (job.abort.signal.reason === NODE_LEAVES) {
        message.nak()
        return
      }
      const isLeaving = (): boolean => this.#puller.isDraining()
      const conclusion = await concludeJob(message, claim, outcome, { ...this.#options, isLeaving })
      if (conclusion.state === 'postponed') message.nak(Math.min(conclusion.pauseMs, MAX_RETURN_MS))
      // A job that was lost stays in the queue, for the node that has it now.
      if (conclusion.state !== 'ended') return
    }
    await store.queue.finish(message)
  }

  async #run(message: JsMsg, abort: AbortController, redelivered: boolean): Promise<JobOutcome> {
    const { store, registry, makeInvocation, self, log } = this.#options
    const { callback } = JobNames.parse(message.subject)
    const from = message.headers?.get(HEADER.from)
    const timeoutMs = timeOf(message, HEADER.timeout)
    const isScheduled = message.headers?.has(HEADER.schedule)
    try {
      const args = decodeArguments(await store.queue.arguments(message))
      const made = makeInvocation(callback, from === '' ? undefined : from, abort)
      const invocation = { ...made, redelivered, traceparent: message.headers?.get(HEADER.trace) }
      const turn = deferred()
      const options = { isJob: true, onTurn: turn.resolve }
      const running = Promise.resolve(registry.run(callback, args, invocation, options))
      // Its time begins when its turn has come: it may have to wait for the callback's rate.
      await bounded(Promise.race([turn.promise, running]), { signal: abort.signal, what: `"${callback}"` })
      const value = await bounded(running, { timeoutMs, signal: abort.signal, what: `"${callback}"` })
      // The results of a schedule's firings are never requested.
      return { state: 'done', value: isScheduled ? undefined : value }
    } catch (thrown) {
      const error = asError(thrown)
      if (abort.signal.aborted) return { state: 'cancelled' }
      abort.abort(error)
      if (isScheduled) log.error(`"${callback}" failed: ${traceOf(error)}`)
      return { state: 'failed', error: remoteFields(error, self.node) }
    }
  }
}

/** Milliseconds in a header; 0 when it is absent. @throws DaffiError DAFFI_BAD_MESSAGE */
function timeOf({ headers }: JsMsg, name: string): number {
  const ms = Number(headers?.get(name) ?? 0)
  if (isMeasure(ms)) return ms
  throw new DaffiError('DAFFI_BAD_MESSAGE', `${name} makes no sense`)
}
