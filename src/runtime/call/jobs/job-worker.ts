import { setTimeout as delay } from 'node:timers/promises'
import { JetStreamApiError, type JsMsg } from '@nats-io/jetstream'
import { bounded } from '../../core/abort.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { Abort, Run } from '../api/context.js'
import type { Registry } from '../invoke/registry.js'
import { remoteFields } from '../api/remote-error.js'
import { decodeArguments, HEADER } from '../wire/messages.js'
import { callbackOf, JobNames, type Route } from './job-names.js'
import { Puller } from './puller.js'
import type { Holder, JobOutcome } from './job-record.js'
import { ACK_WAIT_MS } from './job-queue.js'
import type { OwnClaim } from './job-records.js'
import type { JobStore } from './job-store.js'

/** Jobs of one route that a node runs side by side, when its callback does not say. */
const MOST_RUNNING = 8
const AGAIN_MS = 500
const WORKING_MS = ACK_WAIT_MS / 4
/** How long a job is left alone that was given out although its worker lives. */
const HELD_MS = 2000
/** And one whose arguments are not all there. */
const LACKING_MS = 500

/** Why a job is aborted that another node is to do. */
export const LEAVES = new DaffiError('DAFFI_CLOSED', 'the node leaves the pipeline')

export interface WorkerOptions {
  route: Route
  store: JobStore
  self: Holder
  registry: Registry
  log: Logger
  /** The jobs that this node runs, on all routes. */
  running: Map<string, AbortController>
  /** Whether the run of a node of that incarnation is there. */
  isAlive: (incarnation: string) => boolean
  makeRun: (from: string | undefined, abort: Abort) => Run
}

/** Takes the jobs of one route from the queue, and runs them. */
export class Worker {
  readonly #options: WorkerOptions
  readonly #puller: Puller

  constructor(options: WorkerOptions) {
    this.#options = options
    const { route, store, registry, log } = options
    this.#puller = new Puller({
      consumer: () => store.queue.consumer(route),
      most: registry.get(callbackOf(route))?.options?.concurrency ?? MOST_RUNNING,
      handle: (message) => this.#handle(message),
      log,
    })
  }

  /** Takes no more jobs, and resolves when the running ones have their results. */
  async drain(): Promise<void> {
    await this.#puller.drain()
  }

  async #handle(message: JsMsg): Promise<void> {
    const { running } = this.#options
    const { id } = JobNames.parse(message.subject)
    const early = Number(message.headers?.get(HEADER.due)) - Date.now()
    if (early > 0) {
      message.nak(early)
      return
    }
    // Given out twice, as the callback has blocked the loop.
    if (running.has(id)) return
    const abort = new AbortController()
    running.set(id, abort)
    const working = setInterval(() => message.working(), WORKING_MS)
    try {
      await this.#carryOut(message, abort)
    } finally {
      clearInterval(working)
      running.delete(id)
    }
  }

  async #carryOut(message: JsMsg, abort: AbortController): Promise<void> {
    const { store, self, isAlive } = this.#options
    const { id } = JobNames.parse(message.subject)
    const lacking = await store.queue.lacking(message)
    if (lacking !== undefined && isAlive(lacking)) {
      message.nak(LACKING_MS)
      return
    }
    if (lacking !== undefined) await store.cancel(id)
    // What this node itself has no longer in hand is nobody's.
    const isHeld = ({ incarnation }: Holder): boolean =>
      incarnation !== self.incarnation && isAlive(incarnation)
    const claim = await store.records.claim(id, message.seq, self, isHeld)
    if (claim.state === 'held') {
      message.nak(HELD_MS)
      return
    }
    if (claim.state === 'mine') {
      const outcome = await this.#run(message, abort, claim.redelivered)
      if (abort.signal.reason === LEAVES) {
        message.nak()
        return
      }
      await this.#settle(message, claim, outcome)
    }
    await store.queue.finish(message)
  }

  async #run(message: JsMsg, abort: AbortController, redelivered: boolean): Promise<JobOutcome> {
    const { store, registry, makeRun, self, log } = this.#options
    const { callback } = JobNames.parse(message.subject)
    const from = message.headers?.get(HEADER.from)
    const timeoutMs = Number(message.headers?.get(HEADER.timeout))
    const ofSchedule = message.headers?.has(HEADER.schedule)
    try {
      const args = decodeArguments(await store.queue.arguments(message))
      const run = { ...makeRun(from === '' ? undefined : from, abort), redelivered }
      const running = registry.run(callback, args, run)
      const value = await bounded(running, { timeoutMs, signal: abort.signal, what: `"${callback}"` })
      // Nobody asks for the results of what a schedule has sent.
      return { state: 'done', value: ofSchedule ? undefined : value }
    } catch (error) {
      if (abort.signal.aborted) return { state: 'cancelled' }
      abort.abort(error)
      if (ofSchedule) log.error(`"${callback}" failed: ${String(error)}`)
      return { state: 'failed', error: remoteFields(error, self.node) }
    }
  }

  /** Again and again until the server has it, for the work is done, and would be done twice. */
  async #settle({ subject }: JsMsg, claim: OwnClaim, outcome: JobOutcome): Promise<void> {
    const { store, self, log } = this.#options
    const { id } = JobNames.parse(subject)
    let refused = false
    for (let told = outcome; ;) {
      try {
        await store.records.settle(id, claim, told)
        return
      } catch (error) {
        if (error instanceof DaffiError) told = { state: 'failed', error: remoteFields(error, self.node) }
        else if (this.#puller.isDraining()) throw error
        else if (!refused && error instanceof JetStreamApiError) {
          // Full, most likely: somebody must make room.
          log.warn(
            `the server does not keep the result of job ${id}: ${error.message}; it is tried until it does`,
          )
          refused = true
        } else log.debug(`the result of job ${id} is not kept yet: ${String(error)}`)
        await delay(AGAIN_MS)
      }
    }
  }
}
