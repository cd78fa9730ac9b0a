import { addAbortListener } from 'node:events'
import type { Binary } from '../../binaries/index.js'
import { bounded } from '../../core/abort.js'
import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/item-memory.js'
import { isLive } from '../contract/live.js'
import type { SourceContext } from '../contract/source-context.js'
import type { VideoPlan } from '../contract/video-plan.js'
import { UnfitWay, type Way } from '../input/input-candidates.js'
import { withoutCredentials } from '../input/url.js'
import { endingError } from './ending.js'
import { outputArguments } from './output-arguments.js'
import { spawnInto } from './output-pipe.js'
import { pictures } from './pictures.js'
import { PipeReader } from './pipe-reader.js'
import { readReport, type Video } from './report.js'

const GENERAL = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info']

/** ffmpeg has nothing to save; where it is stuck in a connection, TERM does not reach it. */
const GRACE_MS = 500

/** ffmpeg tells what it gives before it writes a picture, so this is never waited out. */
const SIZE_MS = 5000

/** The frames of one run of ffmpeg, which is gone when this ends. */
export async function* runFfmpeg(
  ffmpeg: Binary,
  way: Way,
  plan: VideoPlan,
  { name, signal, log }: Pick<SourceContext, 'name' | 'signal' | 'log'>,
  memory: ItemMemory,
): AsyncGenerator<Frame, void> {
  const redact = (text: string): string => withoutCredentials(text, way.url)
  const args = [...GENERAL, ...way.args, ...outputArguments(plan, ffmpeg.version, way.passthrough)]
  log.debug(redact(`source ${name}: ${ffmpeg.path} ${args.join(' ')}`))

  const silenceMs = silenceLimit(plan)
  const reader = new PipeReader(silenceMs)
  const { child, output } = await spawnInto(reader, ffmpeg.path, args)
  const abort = addAbortListener(signal, () => {
    output.destroy()
    void child.stop(GRACE_MS)
  })
  const report = readReport(child.stderr, redact)
  const onCutShort = (bytes: number): void => {
    log.debug(`source ${name}: left out a last frame of which only ${bytes} bytes came`)
  }
  let frames = 0
  try {
    const started = await reader.hasData()
    const what = `source ${name}: ffmpeg's word on its pictures`
    const video = started ? await bounded(report.video, { timeoutMs: SIZE_MS, what }) : undefined
    if (video) {
      if (way.passthrough) checkPassthrough(plan, video)
      for await (const picture of pictures(reader, plan.format, video, { memory, onCutShort })) {
        const time = performance.timeOrigin + performance.now()
        yield { ...picture, format: plan.format, sequence: frames++, time }
      }
    }
    if (frames === plan.frames) return
    if (reader.stalled) await child.stop(GRACE_MS)
    const exit = await child.exited
    await report.ended
    if (signal.aborted) return
    const error = endingError(plan, name, {
      exit,
      errors: report.errors,
      silentMs: reader.stalled ? silenceMs : undefined,
      frames,
    })
    if (error) throw error
  } finally {
    abort[Symbol.dispose]()
    output.destroy()
    await child.stop(GRACE_MS)
  }
}

/** A live input that is silent for longer than its limit and than three frames is taken for dead. */
function silenceLimit(plan: VideoPlan): number | undefined {
  if (!isLive(plan)) return undefined
  return plan.fps === undefined ? plan.stallMs : Math.max(plan.stallMs, 3000 / plan.fps)
}

/** @throws UnfitWay unless what the input gives are JPEGs as they were asked for */
function checkPassthrough({ size }: VideoPlan, { codec, width, height }: Video): void {
  const fits = size === undefined || (size.width === width && size.height === height)
  if (codec !== 'mjpeg' || !fits) throw new UnfitWay(`it gives ${codec} of ${width}x${height}`)
}
