import { ensureBinary, type Binary } from '../binaries/index.js'
import type { Frame } from '../core/frame.js'
import type { SourceContext } from './context.js'
import { lacksInputFormat } from './ending.js'
import { runFfmpeg } from './ffmpeg-run.js'
import { inputArguments } from './input.js'
import { isLive } from './live.js'
import { liveCapture } from './live-capture.js'
import { checkInput } from './preflight.js'
import type { VideoPlan } from './video-plan.js'

/** The frames that ffmpeg reads from a camera, file or URL. */
export async function* videoSource(plan: VideoPlan, context: SourceContext): AsyncGenerator<Frame, void> {
  await checkInput(plan, context.name)
  const ffmpeg = await findFfmpeg(context.signal)
  if (!ffmpeg) return
  if (isLive(plan)) yield* liveCapture(plan, context, (rest) => capture(ffmpeg, rest, context))
  else yield* capture(ffmpeg, plan, context)
}

/** One run from start to end, with the first of the input's forms that the device has. */
async function* capture(
  ffmpeg: Binary,
  plan: VideoPlan,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  const inputs = inputArguments(plan)
  while (!context.signal.aborted) {
    const input = inputs.shift() ?? []
    try {
      return yield* runFfmpeg(ffmpeg, input, plan, context)
    } catch (error) {
      if (inputs.length === 0 || !lacksInputFormat(error)) throw error
      context.log.debug(`source ${context.name}: the device has no MJPEG; trying its other formats`)
    }
  }
}

/** Undefined when aborted on the way. */
async function findFfmpeg(signal: AbortSignal): Promise<Binary | undefined> {
  try {
    return await ensureBinary('ffmpeg', { signal })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
