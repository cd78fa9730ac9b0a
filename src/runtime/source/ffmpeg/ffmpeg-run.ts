import { addAbortListener } from 'node:events'
import type { Readable } from 'node:stream'
import type { Binary, GuardedProcess } from '../../binaries/index.js'
import type { SourceContext } from '../contract/source-context.js'
import { sourceError } from '../contract/source-error.js'
import { silenceLimit, type VideoPlan } from '../contract/video-plan.js'
import { BadPictures } from '../contract/size.js'
import { isCutOff } from '../container/is-cut-off.js'
import { UnsuitableInput, type InputCandidate } from '../input/input-candidates.js'
import type { Connection } from '../network/connection.js'
import type { PipeReader } from '../pictures/pipe-reader.js'
import { endingError } from './ending.js'
import { feed } from './feed.js'
import { spawnInto } from './output-pipe.js'
import { Report } from './report.js'

const GENERAL = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error']

/** Grace period between TERM and KILL. ffmpeg has nothing to save, and stuck in a connection it ignores TERM. */
const SHUTDOWN_GRACE_MS = 500

/** Source that ffmpeg reads. */
export interface FfmpegSource {
  ffmpeg: Binary
  input: InputCandidate
  /** Connection of a network camera, from which ffmpeg reads. */
  connection: Connection | undefined
  plan: VideoPlan
}

type Context = Pick<SourceContext, 'name' | 'signal' | 'log'>

/** One process of ffmpeg, from its start to its end. */
export class FfmpegRun {
  readonly #source: FfmpegSource
  readonly #context: Context
  readonly #child: GuardedProcess
  readonly #outputs: readonly Readable[]
  readonly #report: Report
  readonly #fed: Promise<void>
  readonly #abort: Disposable

  private constructor(source: FfmpegSource, context: Context, child: GuardedProcess, outputs: Readable[]) {
    const { connection, plan } = source
    this.#source = source
    this.#context = context
    this.#child = child
    this.#outputs = outputs
    this.#fed = feed(connection?.body, child.stdin)
    this.#abort = addAbortListener(context.signal, () => {
      this.endOutputs()
      void child.stop(SHUTDOWN_GRACE_MS)
    })
    this.#report = new Report(child.stderr, { input: inputName(plan), show: connection?.show })
  }

  /** Starts ffmpeg, whose outputs go to the readers, as `spawnInto` says. */
  static async start(
    source: FfmpegSource,
    readers: readonly PipeReader[],
    outputArgs: readonly string[],
    context: Context,
  ): Promise<FfmpegRun> {
    const { ffmpeg, input, connection } = source
    const args = [...GENERAL, ...input.args, ...(connection?.args ?? []), ...outputArgs]
    context.log.debug(`source ${context.name}: ${ffmpeg.path} ${args.join(' ')}`)
    const stdin = connection?.body ? 'pipe' : 'ignore'
    const { child, outputs } = await spawnInto(readers, ffmpeg.path, args, stdin)
    return new FfmpegRun(source, context, child, outputs)
  }

  /** The lines of ffmpeg's own so far. */
  get own(): readonly string[] {
    return this.#report.own
  }

  /** Ends all that is read of ffmpeg. */
  endOutputs(): void {
    for (const output of this.#outputs) output.destroy()
  }

  /**
   * Waits for the end of ffmpeg after that of its output.
   * @param frames number of pictures that came
   * @param isStalled whether it is ended because nothing came for too long
   * @throws UnsuitableInput, DaffiError when this is no proper end of the source
   */
  async finish(frames: number, isStalled: boolean): Promise<void> {
    const { input, connection, plan } = this.#source
    const { name, signal } = this.#context
    // What ffmpeg says of being ended is no reason.
    const { lines, own } = this.#report
    if (isStalled) await this.#child.stop(SHUTDOWN_GRACE_MS)
    const exit = await this.#child.exited
    await this.#report.ended
    if (signal.aborted) return
    const failure = connection?.failure()
    if (failure) throw sourceError(name, failure, frames)
    // Why it could not be copied, decoding will show better.
    if (input.passthrough && frames === 0 && !isStalled) throw new UnsuitableInput('it could not be copied')
    const error = endingError(plan, name, {
      exit,
      ...(isStalled ? { lines, own } : { lines: this.#report.lines, own: this.#report.own }),
      isCutOff: plan.kind === 'file' && frames > 0 && !isPart(plan.ffmpegArgs) && (await isCutOff(plan.path)),
      silentMs: isStalled ? silenceLimit(plan) : undefined,
      frames,
    })
    if (error) throw error
  }

  /** Ends ffmpeg, if it still runs, and the connection from which it reads. */
  async close(): Promise<void> {
    this.#abort[Symbol.dispose]()
    this.endOutputs()
    await this.#child.stop(SHUTDOWN_GRACE_MS)
    this.#source.connection?.close()
    await this.#fed
  }
}

/** The error of the source where what ffmpeg gave are no pictures; other errors are given back. */
export function asSourceError(error: unknown, name: string, frames: number): unknown {
  if (!(error instanceof BadPictures)) return error
  return sourceError(name, { code: 'DAFFI_SOURCE_FAILED', message: error.message, next: undefined }, frames)
}

/** Whether the end of what is read need not be that of the file. */
function isPart(ffmpegArgs: readonly string[]): boolean {
  return ['-t', '-to'].some((option) => ffmpegArgs.includes(option))
}

/** Name of the input, as ffmpeg is told it, where a person has chosen it. */
function inputName(plan: VideoPlan): string {
  if (plan.kind === 'file') return plan.path
  return plan.kind === 'camera' ? plan.device : ''
}
