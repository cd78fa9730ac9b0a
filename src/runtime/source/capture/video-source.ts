import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { SourceContext } from '../contract/source-context.js'
import { isLive, type VideoPlan } from '../contract/video-plan.js'
import { runFfmpeg, type RunFfmpegOptions } from '../ffmpeg/run-ffmpeg.js'
import { inputCandidates, type InputCandidate } from '../input/input-candidates.js'
import { checkInput } from '../input/preflight.js'
import type { Connection } from '../network/connection.js'
import { jpegFrames } from './jpeg-frames.js'
import { remaining, type Capture } from './capture.js'
import { firstReadable } from './first-readable.js'
import { liveCapture } from './live-capture.js'
import { loopedCapture } from './looped-capture.js'
import { Program } from './program.js'
import { watchdogFor } from './rate-watchdog.js'

/** The frames of a camera, file or URL. */
export async function* videoSource(
  plan: VideoPlan,
  context: SourceContext,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  await checkInput(plan, context.name)
  const program = new Program(plan, context)
  const capture: Capture<Frame> = (rest, firstSequence) =>
    captureOnce({ plan: rest, memory, firstSequence }, program, context)
  if (isLive(plan)) yield* liveCapture(plan, context, capture)
  else if (plan.loop) yield* loopedCapture(plan, context.signal, capture)
  else yield* capture(plan, 0)
}

type CaptureOptions = Pick<RunFfmpegOptions, 'plan' | 'memory' | 'firstSequence' | 'skip'>

/** The frames of one capture. A flood of them is an error. */
function captureOnce(
  options: CaptureOptions,
  program: Program,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  const { plan } = options
  return firstReadable(plan, inputCandidates(plan), context, async function* (input, connection, given) {
    const watchdog = watchdogFor(plan, connection, context.name)
    for await (const frame of captureInput(input, connection, behind(options, given), program, context)) {
      watchdog()
      yield frame
    }
  })
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
