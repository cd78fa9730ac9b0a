import type { Frame } from '../../core/frame.js'
import { startTimer } from '../../core/timer.js'
import type { Output, OutputFrame } from '../contract/output.js'
import { checkSize } from '../contract/size.js'
import type { SourceContext } from '../contract/source-context.js'
import { sourceError } from '../contract/source-error.js'
import { silenceLimit } from '../contract/video-plan.js'
import { cutShortLog } from '../pictures/cut-short.js'
import { PipeReader } from '../pictures/pipe-reader.js'
import { jpegPictures, type Picture } from '../pictures/pictures.js'
import { rawPictures } from '../pictures/raw-pictures.js'
import { asSourceError, FfmpegRun, type FfmpegSource } from './ffmpeg-run.js'
import { merged } from './merged.js'
import { PictureTimes } from './picture-times.js'
import { tooLarge, viewArguments } from './view-arguments.js'

/** Longest line of a mark, and of the line in front of them. */
const MAX_MARK_BYTES = 64
const NO_MARK = /^#/

export interface RunViewsOptions extends FfmpegSource {
  outputs: readonly Output[]
  /** Number of the next frame of each output, by its name. */
  next: Map<string, number>
  /** Called for each picture of the source. */
  onPicture: () => void
}

/**
 * The frames of several outputs of one ffmpeg process, in the order in which they come. The process has exited when this ends.
 * While a frame is not taken, ffmpeg waits soon, and with it the other outputs.
 * @throws DaffiError DAFFI_BAD_VIEW, DAFFI_SOURCE_FAILED and more specific codes
 */
export async function* runViews(
  { outputs, next, onPicture, ...source }: RunViewsOptions,
  context: Pick<SourceContext, 'name' | 'signal' | 'log'>,
): AsyncGenerator<OutputFrame, void> {
  const { plan, ffmpeg } = source
  const { name, log } = context
  const all = new PipeReader()
  const pipes = outputs.map((output) => ({ output, marks: new PipeReader(), pictures: new PipeReader() }))
  const readers = [all, ...pipes.flatMap(({ marks, pictures }) => [marks, pictures])]
  const run = await FfmpegRun.start(source, readers, viewArguments(plan, outputs, ffmpeg.version), context)
  const times = new PictureTimes()
  let pictures = 0
  let isHeld = false
  let isStalled = false
  const silenceMs = silenceLimit(plan)
  const silence = silenceMs === undefined ? undefined : startTimer(silenceMs, confirmStall)

  /** Ends a source of which nothing comes; while a frame is held, nothing can. What came during a pause of this process is read first. */
  function confirmStall(): void {
    const seen = pictures
    setImmediate(() => {
      isStalled = !isHeld && pictures === seen
      if (isStalled) run.endOutputs()
      else silence?.refresh()
    })
  }

  /** Counts, and gives nothing. */
  async function* clock(): AsyncGenerator<never, void> {
    for await (const mark of marksOf(all)) {
      times.at(mark)
      pictures++
      silence?.refresh()
      onPicture()
      // Else ffmpeg ends only at the next picture.
      if (pictures === plan.frames) source.connection?.close()
    }
  }

  async function* framesOf({
    output,
    marks,
    pictures: reader,
  }: (typeof pipes)[number]): AsyncGenerator<OutputFrame, void> {
    const each = marksOf(marks)
    for await (const picture of picturesOf({ ...output, size: output.size ?? plan.size }, reader, log)) {
      const { value: mark, done } = await each.next()
      if (done) return
      const sequence = next.get(output.name) ?? 0
      next.set(output.name, sequence + 1)
      const frame: Frame = { ...picture, format: output.format, sequence, time: times.at(mark) }
      yield { output: output.name, frame }
    }
  }

  try {
    for await (const frame of merged<OutputFrame>([clock(), ...pipes.map(framesOf)])) {
      isHeld = true
      yield frame
      isHeld = false
      silence?.refresh()
    }
    if (pictures !== plan.frames) await run.finish(pictures, isStalled)
  } catch (error) {
    const size = pictures === 0 ? tooLarge(run.own) : undefined
    throw size === undefined ? asSourceError(error, name, pictures) : largerThanSource(name, outputs, size)
  } finally {
    silence?.cancel()
    await run.close()
  }
}

/** The lines of a pipe, each of which is the mark of a picture. */
async function* marksOf(reader: PipeReader): AsyncGenerator<string, void> {
  for (;;) {
    const line = await reader.line(MAX_MARK_BYTES)
    if (typeof line !== 'string') return
    if (!NO_MARK.test(line)) yield line
  }
}

function picturesOf(
  { name, format, size, memory }: Output,
  reader: PipeReader,
  log: SourceContext['log'],
): AsyncGenerator<Picture, void> {
  const options = {
    memory,
    size,
    onCutShort: cutShortLog({ name, log }),
    check: size === undefined ? checkSize : () => undefined,
  }
  return format === 'mjpeg' ? jpegPictures(reader, options) : rawPictures(reader, format, options)
}

function largerThanSource(name: string, outputs: readonly Output[], size: string): unknown {
  const view = outputs.find((output) => output.size && `${output.size.width}x${output.size.height}` === size)
  const message = `its view ${view?.name ?? ''} is of ${size}, larger than its pictures`
  return sourceError(name, { code: 'DAFFI_BAD_VIEW', message, next: undefined }, 0)
}
