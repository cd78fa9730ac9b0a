import type { Global, Untyped } from '../call/index.js'
import { bounded, type Bounds } from '../core/abort.js'
import { parseDuration, type Duration } from '../core/duration.js'
import { DaffiError, fromErrorRecord } from '../core/errors.js'
import type { StreamSummary } from '../core/summary.js'
import { loadVariant, type Replacements } from '../pipeline/index.js'
import type { Observation, ObservedCall, ObservedLine } from './observation.js'
import { PipelineRun } from './pipeline-run.js'

export interface StartPipelineOptions extends Replacements {
  /** Values for `${NAME}` in the file; this process's environment when absent. */
  env?: Record<string, string | undefined>
  /** How long until every node is ready; 30 s by default, 0 is without limit. */
  timeout?: Duration
  signal?: AbortSignal
}

export interface UntilOptions {
  /** 30 s by default, 0 is without limit. */
  timeout?: Duration
  signal?: AbortSignal
}

/**
 * Runs a pipeline for a test, each node in a process of its own, on a NATS server of its own at a random port, until it is
 * closed. Resolves when every node is ready.
 * @param file the pipeline file
 * @throws DaffiError DAFFI_PIPELINE_INVALID with the faults in `details.faults`; DAFFI_TIMEOUT; what kept a node from getting ready
 */
export async function startPipeline<C = Untyped>(
  file: string,
  { sources, mocks, env, ...options }: StartPipelineOptions = {},
): Promise<RunningPipeline<C>> {
  const plan = await loadVariant(file, { sources, mocks }, { env })
  const run = await PipelineRun.start(plan, 'info')
  try {
    await bounded(run.ready(), limits(options, `waiting for the nodes of ${plan.name}`))
    return new RunningPipeline<C>(run, (await run.join(options.signal)) as Global<unknown> as Global<C>)
  } catch (error) {
    run.force()
    await run.close()
    throw error
  }
}

/** A pipeline that runs for a test. `C` are the types of its callbacks, such as `typeof import('./callbacks/shop.ts')`. */
export class RunningPipeline<C = Untyped> {
  /** This process among the nodes, to call their callbacks: `await pipeline.g.call.add(1, 2)`. */
  readonly g: Global<C>
  readonly #run: PipelineRun

  constructor(run: PipelineRun, g: Global<C>) {
    this.#run = run
    this.g = g
  }

  /** What the streams of the pipeline file have come to so far. */
  get streams(): StreamSummary[] {
    return this.#run.observation.streams
  }

  /** The lines that the nodes have printed so far, their loggers' among them. */
  get logs(): ObservedLine[] {
    return [...this.#run.observation.lines]
  }

  /** The calls that mocks have been given so far. */
  get calls(): ObservedCall[] {
    return [...this.#run.observation.called]
  }

  /**
   * Resolves with the streams when every call of the pipeline file has finished.
   * @throws DaffiError the error of the first call, or node, that failed; DAFFI_TIMEOUT, DAFFI_ABORTED
   */
  async finished(options: UntilOptions = {}): Promise<StreamSummary[]> {
    await bounded(this.#run.settled(), limits(options, 'waiting for every call to finish'))
    const [first] = this.#run.observation.errors
    if (first) throw fromErrorRecord(first.error)
    return this.streams
  }

  /**
   * Resolves with the first line, past or to come, that matches; of any node, or of one.
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

  /** Ends it in good order; nothing of it is left when this resolves. Can be called again. */
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
