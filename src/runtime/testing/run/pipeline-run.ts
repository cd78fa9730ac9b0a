import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinPipeline, type Global } from '../../call/index.js'
import { bounded } from '../../core/timeout.js'
import { DaffiError, fromErrorRecord } from '../../core/errors.js'
import type { LogLevel } from '../../core/logger.js'
import { randomId } from '../../core/names.js'
import type { Plan } from '../../core/plan/plan.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'
import { openServer } from '../../nats/index.js'
import { callFunction, runPipeline, type CallFunctionOptions, type PipelineResult } from '../../node/index.js'
import { Observation } from './observation.js'

/** Logger for daffi's own lines in this process. The lines of nodes are observed and do not go through it. */
const log = stderrLogger('silent')

/** A pipeline that runs for a test, isolated from everything else by a server and a state folder of its own. */
export class PipelineRun {
  readonly plan: Plan
  readonly observation: Observation
  /** The result of the run, when it has ended. @throws DaffiError those of `runPipeline` */
  readonly result: Promise<PipelineResult>
  readonly #stop = new AbortController()
  readonly #force = new AbortController()
  #over = false
  #closing: Promise<void> | undefined

  static async start(plan: Plan, logLevel: LogLevel): Promise<PipelineRun> {
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'daffi-run-'))
    return new PipelineRun({ ...plan, project: folder, server: {} }, logLevel)
  }

  private constructor(plan: Plan, logLevel: LogLevel) {
    this.plan = plan
    this.observation = new Observation(plan)
    this.result = runPipeline(plan, {
      server: {},
      stay: true,
      log,
      logLevel,
      stop: this.#stop.signal,
      force: this.#force.signal,
      onEvent: this.observation.onEvent,
    }).finally(() => {
      this.#over = true
      this.observation.changed.notify()
    })
    // A failure is for callers that use the result. Without any it must not become an unhandled rejection.
    this.result.catch(() => undefined)
  }

  /**
   * Waits until a condition is true of the observation. Resolves with false when the run is over before that.
   * @throws DaffiError DAFFI_ABORTED
   */
  async until(condition: (observation: Observation) => boolean, signal?: AbortSignal): Promise<boolean> {
    while (!condition(this.observation)) {
      if (this.#over) return false
      await bounded(this.observation.changed.wait(), { signal, what: `waiting for ${this.plan.name}` })
    }
    return true
  }

  /** Resolves when every node is ready. @throws DaffiError the reason why a node is not; DAFFI_ABORTED */
  async ready(signal?: AbortSignal): Promise<void> {
    const running = await this.until(({ starting }) => starting.length === 0, signal)
    if (running && !this.observation.errors.some(({ call }) => call === undefined)) return
    const { error } = await this.result
    if (error) throw fromErrorRecord(error)
    throw new DaffiError('DAFFI_NODE_DIED', `${this.plan.name} ended before it was ready`)
  }

  /**
   * Resolves when every node is ready and every call has finished; with false when the run is over before that.
   * @param isTrue whether what is observed holds at the moment
   */
  settled(signal?: AbortSignal, isTrue = (): boolean => true): Promise<boolean> {
    return this.until(
      ({ starting, unsettled }) => isTrue() && starting.length === 0 && unsettled.length === 0,
      signal,
    )
  }

  /** Calls a callback from outside. Resolves with its value as JSON can carry it. */
  call(
    name: string,
    options: Pick<CallFunctionOptions, 'args' | 'to' | 'timeoutMs' | 'signal'>,
  ): Promise<unknown> {
    const modifier = { kind: 'FG', timeoutMs: options.timeoutMs } as const
    return callFunction(this.plan, name, { ...options, modifier, server: {}, log })
  }

  /** Joins the pipeline from this process, as a node without callbacks. */
  async join(signal?: AbortSignal): Promise<Global> {
    const server = await openServer({ project: this.plan.project, absent: 'wait', signal, log })
    const processName = `test-${randomId()}`
    return joinPipeline({ server, pipeline: this.plan.name, processName, callbacks: [], log, signal })
  }

  /** Ends the sources, lets streams finish and nodes leave. */
  stop(): void {
    this.#stop.abort()
  }

  /** Kills every process. */
  force(): void {
    this.#stop.abort()
    this.#force.abort()
  }

  /** Stops the run. Resolves when its processes have ended and its folder is removed. Can be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.stop()
    await Promise.allSettled([this.result])
    await rm(this.plan.project, { recursive: true, force: true })
  }
}
