import { ensureBinary, type Binary } from '../../binaries/index.js'
import { messageOf } from '../../core/errors.js'
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
import { liveCapture } from './live-capture.js'

/** The frames of a camera, file or URL. */
export async function* videoSource(
  plan: VideoPlan,
  context: SourceContext,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  await checkInput(plan, context.name)
  const program = new Program(plan, context)
  const capture = (rest: VideoPlan, firstSequence: number): AsyncGenerator<Frame, void> =>
    captureOnce({ plan: rest, memory, firstSequence }, program, context)
  yield* isLive(plan) ? liveCapture(plan, context, capture) : capture(plan, 0)
}

type CaptureOptions = Pick<RunFfmpegOptions, 'plan' | 'memory' | 'firstSequence'>

/** The frames of the first candidate input that can be read. */
async function* captureOnce(
  options: CaptureOptions,
  program: Program,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  const candidates = inputCandidates(options.plan)
  for (const [index, input] of candidates.entries()) {
    if (context.signal.aborted) return
    try {
      return yield* captureInput(input, options, program, context)
    } catch (error) {
      if (index + 1 === candidates.length || !mayTryNextCandidate(error)) throw error
      context.log.debug(`source ${context.name}: ${messageOf(error)}; trying the next input`)
    }
  }
}

/** The frames of one input, read by ffmpeg, unless they can be taken as they come. */
async function* captureInput(
  input: InputCandidate,
  options: CaptureOptions,
  program: Program,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  const connection = await connect(input, options.plan, context)
  if (context.signal.aborted) return connection?.close()
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
