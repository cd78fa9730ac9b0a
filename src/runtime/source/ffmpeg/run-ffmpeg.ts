import { addAbortListener } from 'node:events'
import type { Binary } from '../../binaries/index.js'
import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import type { SourceContext } from '../contract/source-context.js'
import { silenceLimit, type VideoPlan } from '../contract/video-plan.js'
import { BadPictures, checkSize, type Size } from '../contract/size.js'
import { sourceError } from '../contract/source-error.js'
import { UnsuitableInput, type InputCandidate } from '../input/input-candidates.js'
import { isCutOff } from '../container/is-cut-off.js'
import type { Connection } from '../network/connection.js'
import { PipeReader } from '../pictures/pipe-reader.js'
import { jpegPictures } from '../pictures/pictures.js'
import { rawPictures } from '../pictures/raw-pictures.js'
import { endingError } from './ending.js'
import { feed } from './feed.js'
import { outputArguments } from './output-arguments.js'
import { spawnInto } from './output-pipe.js'
import { Report } from './report.js'

const GENERAL = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error']

/** Grace period between TERM and KILL. ffmpeg has nothing to save, and stuck in a connection it ignores TERM. */
const SHUTDOWN_GRACE_MS = 500

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
  const report = new Report(child.stderr, { input: inputName(plan), show: connection?.show })
  let frames = 0
  const options = {
    get memory() {
      return frames < skip ? {} : memory
    },
    onCutShort: (bytes: number): void => {
      log.debug(`source ${name}: left out a frame of which only ${bytes} bytes came`)
    },
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
    if (frames === plan.frames) return
    // What ffmpeg says of being ended is no reason.
    const { lines, own } = report
    if (reader.stalled) await child.stop(SHUTDOWN_GRACE_MS)
    const exit = await child.exited
    await report.ended
    if (signal.aborted) return
    const failure = connection?.failure()
    if (failure) throw sourceError(name, failure, frames)
    // Why it could not be copied, decoding will show better.
    if (input.passthrough && frames === 0 && !reader.stalled)
      throw new UnsuitableInput('it could not be copied')
    const error = endingError(plan, name, {
      exit,
      ...(reader.stalled ? { lines, own } : { lines: report.lines, own: report.own }),
      isCutOff: plan.kind === 'file' && frames > 0 && !isPart(plan.ffmpegArgs) && (await isCutOff(plan.path)),
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

/** @throws UnsuitableInput unless a JPEG has the requested size */
function checkPassthrough({ size }: VideoPlan, { width, height }: Size): void {
  const fits = size === undefined || (size.width === width && size.height === height)
  if (!fits) throw new UnsuitableInput(`it gives JPEGs of ${width}x${height}`)
}

/** Whether the end of what is read need not be that of the file. */
function isPart(ffmpegArgs: readonly string[]): boolean {
  return ['-t', '-to'].some((option) => ffmpegArgs.includes(option))
}

/** Name of the input, as ffmpeg is told it, where a person has chosen it. */
function inputName(plan: VideoPlan): string {
  if (plan.kind === 'file') return plan.path
  return plan.kind === 'camera' ? plan.device : ''
}
