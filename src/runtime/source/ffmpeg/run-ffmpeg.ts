import { addAbortListener } from 'node:events'
import type { Binary } from '../../binaries/index.js'
import { bounded } from '../../core/timeout.js'
import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { SourceContext } from '../contract/source-context.js'
import { silenceLimit, type VideoPlan } from '../contract/video-plan.js'
import { BadPictures, checkSize } from '../contract/size.js'
import { sourceError } from '../contract/source-error.js'
import { UnsuitableInput, type InputCandidate } from '../input/input-candidates.js'
import type { Connection } from '../network/connection.js'
import { PipeReader } from '../pictures/pipe-reader.js'
import { pictures } from '../pictures/pictures.js'
import { endingError } from './ending.js'
import { feed } from './feed.js'
import { outputArguments } from './output-arguments.js'
import { spawnInto } from './output-pipe.js'
import { readReport, type Video } from './report.js'

const GENERAL = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info']

/** Grace period between TERM and KILL. ffmpeg has nothing to save, and stuck in a connection it ignores TERM. */
const SHUTDOWN_GRACE_MS = 500

/** Longest wait for the format of the output. ffmpeg reports it before it writes a frame, so this never runs out. */
const FORMAT_TIMEOUT_MS = 5000

export interface RunFfmpegOptions {
  ffmpeg: Binary
  input: InputCandidate
  /** Connection of a network camera, from which ffmpeg reads. */
  connection: Connection | undefined
  plan: VideoPlan
  /** Memory for the frames' bytes, where the stream of the frames loans some. */
  memory: ItemMemory
  /** Number of the first frame. */
  firstSequence: number
}

/**
 * The frames of one ffmpeg process, which has exited when this ends.
 * @throws UnsuitableInput, DaffiError DAFFI_SOURCE_FAILED and more specific codes
 */
export async function* runFfmpeg(
  { ffmpeg, input, connection, plan, memory, firstSequence }: RunFfmpegOptions,
  { name, signal, log }: Pick<SourceContext, 'name' | 'signal' | 'log'>,
): AsyncGenerator<Frame, void> {
  const inputArgs = [...input.args, ...(connection?.args ?? [])]
  const args = [...GENERAL, ...inputArgs, ...outputArguments(plan, ffmpeg.version, input.passthrough)]
  log.debug(`source ${name}: ${ffmpeg.path} ${args.join(' ')}`)

  const silenceMs = silenceLimit(plan)
  const reader = new PipeReader(silenceMs)
  const stdin = connection?.body ? 'pipe' : 'ignore'
  const { child, output } = await spawnInto(reader, ffmpeg.path, args, stdin)
  const fed = feed(connection?.body, child.stdin)
  const abort = addAbortListener(signal, () => {
    output.destroy()
    void child.stop(SHUTDOWN_GRACE_MS)
  })
  const report = readReport(child.stderr, connection?.show)
  const onCutShort = (bytes: number): void => {
    log.debug(`source ${name}: left out a last frame of which only ${bytes} bytes came`)
  }
  let frames = 0
  try {
    const started = await reader.hasData()
    const what = `source ${name}: ffmpeg's report of its output format`
    const video = started ? await bounded(report.video, { timeoutMs: FORMAT_TIMEOUT_MS, what }) : undefined
    if (video) {
      if (plan.size === undefined) checkSize(video)
      if (input.passthrough) checkPassthrough(plan, video)
      for await (const picture of pictures(reader, plan.format, video, { memory, onCutShort })) {
        const sequence = firstSequence + frames++
        const time = performance.timeOrigin + performance.now()
        yield { ...picture, format: plan.format, sequence, time }
      }
    }
    if (frames === plan.frames) return
    if (reader.stalled) await child.stop(SHUTDOWN_GRACE_MS)
    const exit = await child.exited
    await report.ended
    if (signal.aborted) return
    if (input.passthrough) checkCodec(report.errors)
    const failure = connection?.failure()
    if (failure) throw sourceError(name, failure, frames)
    const error = endingError(plan, name, {
      exit,
      errors: report.errors,
      silentMs: reader.stalled ? silenceMs : undefined,
      frames,
    })
    if (error) throw error
  } catch (error) {
    if (!(error instanceof BadPictures)) throw error
    const { message } = error
    throw sourceError(name, { code: 'DAFFI_SOURCE_FAILED', message, next: undefined }, frames)
  } finally {
    abort[Symbol.dispose]()
    output.destroy()
    await child.stop(SHUTDOWN_GRACE_MS)
    connection?.close()
    await fed
  }
}

/** @throws UnsuitableInput unless the input is JPEGs of the requested size */
function checkPassthrough({ size }: VideoPlan, { codec, width, height }: Video): void {
  const fits = size === undefined || (size.width === width && size.height === height)
  if (codec !== 'mjpeg' || !fits) throw new UnsuitableInput(`it gives ${codec} of ${width}x${height}`)
}

/** Later ffmpegs fail before they report the codec. @throws UnsuitableInput */
function checkCodec(errors: readonly string[]): void {
  const other = errors.find((line) => line.includes('supports only codec mjpeg'))
  if (other !== undefined) throw new UnsuitableInput(other)
}
