import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinPipeline, type Global } from '../call/index.js'
import { bounded } from '../core/abort.js'
import { DaffiError, fromErrorRecord } from '../core/errors.js'
import { createLogger, type LogLevel } from '../core/logger.js'
import { randomId } from '../core/names.js'
import type { Plan } from '../core/plan.js'
import { openServer } from '../nats/index.js'
import { callFunction, runPipeline, type CallFunctionOptions, type PipelineResult } from '../node/index.js'
import { Observation } from './observation.js'

/** Of daffi's own lines; those of nodes are observed, whatever they are. */
const log = createLogger('silent')

/** A pipeline that runs for a test, apart from everything else: with a server of its own, and a folder for its state. */
export class PipelineRun {
  readonly plan: Plan
  readonly observation: Observation
  /** What the run came to, once it has ended. @throws DaffiError those of `runPipeline` */
  readonly result: Promise<PipelineResult>
  readonly #stop = new AbortController()
  readonly #force = new AbortController()
  #over = false
  #closing: Promise<void> | undefined

  static async start(plan: Plan, logLevel: LogLevel): Promise<PipelineRun> {
    const folder = await mkdtemp(join(await realpath(tmpdir()), 'daffi-run-'))
    return new PipelineRun({ ...plan, project: folder, server: { url: undefined } }, logLevel)
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
      onEvent: this.observation.take,
    }).finally(() => {
      this.#over = true
      this.observation.changed.notify()
    })
    // A failure is for whoever asks for the result; without anyone it is no unhandled rejection.
    this.result.catch(() => undefined)
  }

  /**
   * Resolves when that is so of what was observed, or the run is over: then with false.
   * @throws DaffiError DAFFI_ABORTED
   */
  async until(isSo: (observation: Observation) => boolean, signal?: AbortSignal): Promise<boolean> {
    while (!isSo(this.observation)) {
      if (this.#over) return false
      await bounded(this.observation.changed.wait(), { signal, what: `waiting for ${this.plan.name}` })
    }
    return true
  }

  /** Resolves when every node is ready. @throws DaffiError what kept one from it; DAFFI_ABORTED */
  async ready(signal?: AbortSignal): Promise<void> {
    const running = await this.until(({ starting }) => starting.length === 0, signal)
    if (running && !this.observation.errors.some(({ call }) => call === undefined)) return
    const { error } = await this.result
    if (error) throw fromErrorRecord(error)
    throw new DaffiError('DAFFI_NODE_DIED', `${this.plan.name} ended before it was ready`)
  }

  /** Resolves when every node is ready and every call has finished, with false when the run has ended before. */
  settled(signal?: AbortSignal): Promise<boolean> {
    return this.until(({ starting, unsettled }) => starting.length === 0 && unsettled.length === 0, signal)
  }

  /** Calls a callback once, from outside, and gives its value as JSON can carry it. */
  call(
    name: string,
    options: Pick<CallFunctionOptions, 'args' | 'to' | 'timeoutMs' | 'signal'>,
  ): Promise<unknown> {
    const modifier = { kind: 'FG', timeoutMs: options.timeoutMs } as const
    return callFunction(this.plan, name, { ...options, modifier, server: {}, log })
  }

  /** Takes part in the pipeline, from this process. */
  async join(signal?: AbortSignal): Promise<Global> {
    const server = await openServer({ project: this.plan.project, absent: 'wait', signal, log })
    const processName = `test-${randomId()}`
    return joinPipeline({ server, pipeline: this.plan.name, processName, callbacks: [], log, signal })
  }

  /** Sources end, streams run out, nodes leave. */
  stop(): void {
    this.#stop.abort()
  }

  /** Every process ends at once. */
  force(): void {
    this.#stop.abort()
    this.#force.abort()
  }

  /** Stops it, and resolves when nothing of it is left. May be called again. */
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
