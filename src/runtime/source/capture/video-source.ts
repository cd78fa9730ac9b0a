import { ensureBinary, type Binary } from '../../binaries/index.js'
import { messageOf } from '../../core/errors.js'
import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/item-memory.js'
import { isLive } from '../contract/live.js'
import type { SourceContext } from '../contract/source-context.js'
import type { VideoPlan } from '../contract/video-plan.js'
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js'
import { isAboutTheWay, waysToRead } from '../input/input-candidates.js'
import { checkInput } from '../input/preflight.js'
import { liveCapture } from './live-capture.js'

/** The frames that ffmpeg reads from a camera, file or URL. */
export async function* videoSource(
  plan: VideoPlan,
  context: SourceContext,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  await checkInput(plan, context.name)
  const ffmpeg = await findFfmpeg(context.signal)
  if (!ffmpeg) return
  if (isLive(plan)) yield* liveCapture(plan, context, (rest) => capture(ffmpeg, rest, context, memory))
  else yield* capture(ffmpeg, plan, context, memory)
}

/** One run from start to end, by the first way that does. */
async function* capture(
  ffmpeg: Binary,
  plan: VideoPlan,
  context: SourceContext,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  const ways = await waysToRead(plan, context.name)
  for (const [index, way] of ways.entries()) {
    if (context.signal.aborted) return
    try {
      return yield* runFfmpeg(ffmpeg, way, plan, context, memory)
    } catch (error) {
      if (index + 1 === ways.length || !isAboutTheWay(error)) throw error
      context.log.debug(`source ${context.name}: ${messageOf(error)}; trying another way`)
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
