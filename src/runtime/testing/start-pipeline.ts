import type { Global, Untyped } from '../call/index.js'
import { bounded, type Bounds } from '../core/timeout.js'
import { parseDuration, type Duration } from '../core/duration.js'
import { DaffiError, fromErrorRecord } from '../core/errors.js'
import type { StreamSummary } from '../core/plan/summary.js'
import type { StageResult } from '../node/index.js'
import { loadVariant, type Replacements } from '../pipeline/index.js'
import type { Observation, ObservedCall, ObservedLine } from './run/observation.js'
import { PipelineRun } from './run/pipeline-run.js'

/** Options of `startPipeline`: replacements of sources and callbacks, and limits of the start. */
export interface StartPipelineOptions extends Replacements {
  /** Values for `${NAME}` in the file. @default the environment of this process */
  env?: Record<string, string | undefined>
  /** Longest wait until every node is ready: text with a unit or a number of seconds; 0 for no limit. @default '30s' */
  timeout?: Duration
  /** Aborts the start. @default none */
  signal?: AbortSignal
}

/** Limits of a wait for a running pipeline. */
export interface UntilOptions {
  /** Longest wait: text with a unit or a number of seconds; 0 for no limit. @default '30s' */
  timeout?: Duration
  /** Aborts the wait. @default none */
  signal?: AbortSignal
}

/**
 * Runs a pipeline for a test until it is closed: each node in a process of its own, on a new NATS server at a random port.
 * Resolves when every node is ready.
 * @param file path of the pipeline file
 * @throws DaffiError DAFFI_PIPELINE_INVALID with the faults in `details.faults`; DAFFI_TIMEOUT; the reason why a node is not ready
 * @example
 * const pipeline = await startPipeline<typeof import('./callbacks/shop.ts')>('shop.yaml')
 * expect(await pipeline.g.call.add(1, 2)).toBe(3)
 * await pipeline.close()
 */
export async function startPipeline<C = Untyped>(
  file: string,
  { sources, resultsOf, mocks, env, ...options }: StartPipelineOptions = {},
): Promise<RunningPipeline<C>> {
  const plan = await loadVariant(file, { sources, resultsOf, mocks }, { env })
  const run = await PipelineRun.start(plan, 'info')
  try {
    await waitFor(run.ready(), run, limits(options, `waiting for the nodes of ${plan.name}`))
    return new RunningPipeline<C>(run, (await run.join(options.signal)) as Global<unknown> as Global<C>)
  } catch (error) {
    run.force()
    await run.close()
    throw error
  }
}

/** A pipeline that runs for a test. `C` is the type of its callbacks, such as `typeof import('./callbacks/shop.ts')`. */
export class RunningPipeline<C = Untyped> {
  /** The membership of this process in the pipeline, for calling callbacks: `await pipeline.g.call.add(1, 2)`. */
  readonly g: Global<C>
  readonly #run: PipelineRun

  constructor(run: PipelineRun, g: Global<C>) {
    this.#run = run
    this.g = g
  }

  /** Summaries of the streams of the pipeline file, as far as they got. */
  get streams(): StreamSummary[] {
    return this.#run.observation.streams
  }

  /** Accounts of the callbacks whose results are streamed on, as of their last reports. */
  get stages(): StageResult[] {
    return this.#run.observation.stages
  }

  /** The lines that the nodes have printed so far, including log lines. */
  get logs(): ObservedLine[] {
    return [...this.#run.observation.lines]
  }

  /** The invocations of mocks so far. */
  get calls(): ObservedCall[] {
    return [...this.#run.observation.called]
  }

  /**
   * Waits until every call of the pipeline file has finished. Resolves with the streams.
   * @throws DaffiError the error of the first call, or node, that failed; DAFFI_TIMEOUT, DAFFI_ABORTED
   */
  async finished(options: UntilOptions = {}): Promise<StreamSummary[]> {
    await waitFor(this.#run.settled(), this.#run, limits(options, 'waiting for every call to finish'))
    const [first] = this.#run.observation.errors
    if (first) throw fromErrorRecord(first.error)
    return this.streams
  }

  /**
   * Waits for a line that matches, of any node or of `node`. Resolves with the first one, also when it is already there.
   * @throws DaffiError DAFFI_CLOSED when the pipeline ends without one; DAFFI_TIMEOUT, DAFFI_ABORTED
   */
  async waitForLog(
    pattern: RegExp,
    { node, ...options }: UntilOptions & { node?: string } = {},
  ): Promise<string> {
    const find = ({ lines }: Observation): string | undefined =>
      lines.find((each) => (node === undefined || each.node === node) && pattern.test(each.line))?.line
    const what = `a line like ${String(pattern)}`
    const there = this.#run.until((seen) => find(seen) !== undefined)
    await bounded(there, limits(options, `waiting for ${what}`))
    const line = find(this.#run.observation)
    if (line === undefined) throw new DaffiError('DAFFI_CLOSED', `the pipeline ended without ${what}`)
    return line
  }

  /** Stops the pipeline. Resolves when all of its processes have ended. Can be called again. */
  async close(): Promise<void> {
    try {
      await this.g.close()
    } finally {
      await this.#run.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

function limits({ timeout = '30s', signal }: UntilOptions, what: string): Bounds {
  return { timeoutMs: parseDuration(timeout, 'timeout'), signal, what }
}

/** Waits within limits; the error of a wait that took too long names what is not done. */
async function waitFor(done: Promise<unknown>, { observation }: PipelineRun, bounds: Bounds): Promise<void> {
  try {
    await bounded(done, bounds)
  } catch (error) {
    if (!(error instanceof DaffiError) || error.code !== 'DAFFI_TIMEOUT') throw error
    const message = [error.message, ...observation.pending].join('; ')
    throw new DaffiError('DAFFI_TIMEOUT', message, { cause: error })
  }
}
