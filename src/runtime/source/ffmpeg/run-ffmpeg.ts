import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { SourceContext } from '../contract/source-context.js'
import { silenceLimit } from '../contract/video-plan.js'
import { checkSize, type Size } from '../contract/size.js'
import { checkPassthrough, UnsuitableInput } from '../input/input-candidates.js'
import { cutShortLog } from '../pictures/cut-short.js'
import { PipeReader } from '../pictures/pipe-reader.js'
import { jpegPictures } from '../pictures/pictures.js'
import { rawPictures } from '../pictures/raw-pictures.js'
import { asSourceError, FfmpegRun, type FfmpegSource } from './ffmpeg-run.js'
import { outputArguments } from './output-arguments.js'

export interface RunFfmpegOptions extends FfmpegSource {
  /** Memory for the frames' bytes, where the stream of the frames loans some. */
  memory: ItemMemory
  /** Number of the first frame. */
  firstSequence: number
  /** Number of pictures at the beginning that are left out. @default 0 */
  skip?: number
}

/**
 * The frames of one ffmpeg process, which has exited when this ends.
 * @throws UnsuitableInput, DaffiError DAFFI_SOURCE_FAILED and more specific codes
 */
export async function* runFfmpeg(
  { ffmpeg, input, connection, plan, memory, firstSequence, skip = 0 }: RunFfmpegOptions,
  { name, signal, log }: Pick<SourceContext, 'name' | 'signal' | 'log'>,
): AsyncGenerator<Frame, void> {
  const args = outputArguments(plan, ffmpeg.version, input.passthrough)
  const reader = new PipeReader(silenceLimit(plan))
  const source = { ffmpeg, input, connection, plan }
  const run = await FfmpegRun.start(source, [reader], args, { name, signal, log })
  let frames = 0
  const options = {
    get memory() {
      return frames < skip ? {} : memory
    },
    size: plan.size,
    onCutShort: cutShortLog({ name, log }),
    onOther: (): void => {
      if (frames === 0) throw new UnsuitableInput('it gives no JPEGs')
    },
    check: (size: Size): void => {
      if (plan.size === undefined) checkSize(size)
    },
  }
  try {
    const pictures =
      plan.format === 'mjpeg' ? jpegPictures(reader, options) : rawPictures(reader, plan.format, options)
    for await (const picture of pictures) {
      if (input.passthrough) checkPassthrough(plan, picture)
      if (frames++ < skip) continue
      const sequence = firstSequence + frames - 1
      const time = performance.timeOrigin + performance.now()
      yield { ...picture, format: plan.format, sequence, time }
    }
    if (frames !== plan.frames) await run.finish(frames, reader.stalled)
  } catch (error) {
    throw asSourceError(error, name, frames)
  } finally {
    await run.close()
  }
}
