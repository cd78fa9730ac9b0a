import { ensureBinary, type Binary } from '../../binaries/index.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Frame } from '../../core/frame.js'
import type { Logger } from '../../core/logger.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { SourceContext } from '../contract/source-context.js'
import { sourceError } from '../contract/source-error.js'
import { isLive, isNetwork, silenceLimit, type VideoPlan } from '../contract/video-plan.js'
import { runFfmpeg, type RunFfmpegOptions } from '../ffmpeg/run-ffmpeg.js'
import { inputCandidates, mayTryNextCandidate, type InputCandidate } from '../input/input-candidates.js'
import { checkInput } from '../input/preflight.js'
import type { Connection } from '../network/connection.js'
import { NetworkFailure } from '../network/network-failure.js'
import { jpegFrames } from './jpeg-frames.js'
import { remaining, type Capture } from './capture.js'
import { liveCapture } from './live-capture.js'
import { loopedCapture } from './looped-capture.js'
import { RateWatchdog } from './rate-watchdog.js'

/** The frames of a camera, file or URL. */
export async function* videoSource(
  plan: VideoPlan,
  context: SourceContext,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  await checkInput(plan, context.name)
  const program = new Program(plan, context)
  const capture: Capture = (rest, firstSequence) =>
    captureOnce({ plan: rest, memory, firstSequence }, program, context)
  if (isLive(plan)) yield* liveCapture(plan, context, capture)
  else if (plan.loop) yield* loopedCapture(plan, context.signal, capture)
  else yield* capture(plan, 0)
}

type CaptureOptions = Pick<RunFfmpegOptions, 'plan' | 'memory' | 'firstSequence' | 'skip'>

/**
 * The frames of the first candidate input that can be read. Where that turns out to be unsuitable only after some frames, as when a
 * later JPEG has another size, the next one goes on behind them.
 */
async function* captureOnce(
  options: CaptureOptions,
  program: Program,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  const { plan } = options
  const candidates = inputCandidates(plan)
  let given = 0
  for (const [index, input] of candidates.entries()) {
    try {
      const connection = await connect(input, plan, context)
      if (context.signal.aborted) return connection?.close()
      const watchdog = isLive(plan) && connection?.mayBeFile !== true ? new RateWatchdog(plan.fps) : undefined
      for await (const frame of captureInput(input, connection, behind(options, given), program, context)) {
        const rate = watchdog?.count(performance.now())
        if (rate !== undefined) throw flood(context.name, rate)
        given++
        yield frame
      }
      return
    } catch (error) {
      if (index + 1 === candidates.length || !mayTryNextCandidate(error)) throw error
      context.log.debug(`source ${context.name}: ${messageOf(error)}; trying the next input`)
    }
    if (context.signal.aborted) return
  }
}

/** Options of a capture that goes on behind frames that were given: a file begins anew, a live source does not. */
function behind(options: CaptureOptions, given: number): CaptureOptions {
  if (!isLive(options.plan)) return { ...options, skip: given }
  return {
    ...options,
    plan: remaining(options.plan, given),
    firstSequence: options.firstSequence + given,
  }
}

function flood(name: string, rate: number): DaffiError {
  return new DaffiError('DAFFI_SOURCE_FAILED', `source ${name}: flooded: frames came at ${rate} per second`)
}

/** The frames of one input, read by ffmpeg, unless they can be taken as they come. */
async function* captureInput(
  input: InputCandidate,
  connection: Connection | undefined,
  options: CaptureOptions,
  program: Program,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  try {
    const jpegs = input.passthrough ? connection?.jpegs : undefined
    if (connection && jpegs) return yield* jpegFrames({ ...options, connection, jpegs }, context)
    const ffmpeg = await program.find()
    if (ffmpeg) yield* runFfmpeg({ ...options, ffmpeg, input, connection }, context)
  } finally {
    connection?.close()
  }
}

/** Connects to a network camera; undefined for other inputs, and when aborted meanwhile. */
async function connect(
  { connect }: InputCandidate,
  plan: VideoPlan,
  { name, signal }: SourceContext,
): Promise<Connection | undefined> {
  try {
    return await connect?.({ signal, silenceMs: silenceLimit(plan) ?? 0 })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error instanceof NetworkFailure ? sourceError(name, error, 0) : error
  }
}

/** The program ffmpeg, looked for when it is needed first. */
class Program {
  readonly #plan: VideoPlan
  readonly #context: SourceContext
  #found: Promise<Binary> | undefined

  constructor(plan: VideoPlan, context: SourceContext) {
    this.#plan = plan
    this.#context = context
  }

  /** Undefined when aborted meanwhile. */
  async find(): Promise<Binary | undefined> {
    const { project, signal } = this.#context
    try {
      const found = await (this.#found ??= ensureBinary('ffmpeg', { project, signal }))
      if (isNetwork(this.#plan)) warnOfOldFfmpeg(found, this.#context)
      return found
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }
}

/** Loggers of the nodes that were warned. */
const warned = new WeakSet<Logger>()

/** Warns once in a node. */
function warnOfOldFfmpeg({ version, warning }: Binary, { name, log }: SourceContext): void {
  if (warning === undefined || warned.has(log)) return
  warned.add(log)
  log.warn(`source ${name}: ffmpeg ${version} is ${warning}`)
}
