import { ensureBinary, type Binary } from '../../binaries/index.js'
import { messageOf } from '../../core/errors.js'
import type { Frame } from '../../core/frame.js'
import type { Logger } from '../../core/logger.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { SourceContext } from '../contract/source-context.js'
import { isLive, isNetwork, type VideoPlan } from '../contract/video-plan.js'
import { runFfmpeg, type RunFfmpegOptions } from '../ffmpeg/run-ffmpeg.js'
import { inputCandidates, mayTryNextCandidate } from '../input/input-candidates.js'
import { checkInput } from '../input/preflight.js'
import { liveCapture } from './live-capture.js'

/** The frames that ffmpeg reads from a camera, file or URL. */
export async function* videoSource(
  plan: VideoPlan,
  context: SourceContext,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  await checkInput(plan, context.name)
  const ffmpeg = await findFfmpeg(context)
  if (!ffmpeg) return
  if (isNetwork(plan)) warnOfOldFfmpeg(ffmpeg, context)
  const capture = (rest: VideoPlan, firstSequence: number): AsyncGenerator<Frame, void> =>
    captureOnce({ ffmpeg, plan: rest, memory, firstSequence }, context)
  yield* isLive(plan) ? liveCapture(plan, context, capture) : capture(plan, 0)
}

/** The frames of the first candidate input that can be read. */
async function* captureOnce(
  options: Omit<RunFfmpegOptions, 'input'>,
  context: SourceContext,
): AsyncGenerator<Frame, void> {
  const candidates = await inputCandidates(options.plan, context.name)
  for (const [index, input] of candidates.entries()) {
    if (context.signal.aborted) return
    try {
      return yield* runFfmpeg({ ...options, input }, context)
    } catch (error) {
      if (index + 1 === candidates.length || !mayTryNextCandidate(error)) throw error
      context.log.debug(`source ${context.name}: ${messageOf(error)}; trying the next input`)
    }
  }
}

/** Undefined when aborted meanwhile. */
async function findFfmpeg({ project, signal }: SourceContext): Promise<Binary | undefined> {
  try {
    return await ensureBinary('ffmpeg', { project, signal })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
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
