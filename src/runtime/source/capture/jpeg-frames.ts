import { addAbortListener } from 'node:events'
import type { Frame } from '../../core/frame.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import { formatMs } from '../../core/timeout.js'
import { startTimer } from '../../core/timer.js'
import type { SourceContext } from '../contract/source-context.js'
import { afterFrames, sourceError } from '../contract/source-error.js'
import { silenceLimit, type VideoPlan } from '../contract/video-plan.js'
import { checkPassthrough, UnsuitableInput } from '../input/input-candidates.js'
import type { Connection } from '../network/connection.js'
import { connectionFailure } from '../network/network-failure.js'
import { cutShortLog } from '../pictures/cut-short.js'
import { findJpegs } from '../pictures/find-jpegs.js'

/** Further time for a frame that is late: after a pause of this process its timer fires before data that has come meanwhile. */
const GRACE_MS = 250

interface JpegFramesOptions {
  connection: Connection
  jpegs: AsyncIterable<Buffer>
  plan: VideoPlan
  memory: ItemMemory
  firstSequence: number
}

/**
 * The JPEGs of a network camera as it sends them, read without ffmpeg.
 * @throws UnsuitableInput when one has another size than requested; DaffiError DAFFI_SOURCE_FAILED, DAFFI_SOURCE_UNREACHABLE
 */
export async function* jpegFrames(
  { connection, jpegs, plan, memory, firstSequence }: JpegFramesOptions,
  { name, signal, log }: Pick<SourceContext, 'name' | 'signal' | 'log'>,
): AsyncGenerator<Frame, void> {
  const silenceMs = silenceLimit(plan) ?? 0
  const pictures = findJpegs(jpegs, { memory, onCutShort: cutShortLog({ name, log }) })
  const abort = addAbortListener(signal, () => connection.close())
  let frames = 0
  let isLate = false as boolean
  let failure = connection.failure()
  try {
    while (frames !== plan.frames) {
      let timer = startTimer(silenceMs, () => {
        timer = startTimer(GRACE_MS, () => {
          isLate = true
          connection.close()
        })
      })
      const { value: picture } = await pictures.next().finally(() => timer.cancel())
      if (!picture) break
      const { data, width, height } = picture
      checkPassthrough(plan, picture)
      const sequence = firstSequence + frames++
      yield {
        data,
        width,
        height,
        format: 'mjpeg',
        sequence,
        time: performance.timeOrigin + performance.now(),
      }
    }
  } catch (error) {
    if (error instanceof UnsuitableInput) throw error
    failure = connectionFailure('the camera', error)
  } finally {
    abort[Symbol.dispose]()
    connection.close()
  }
  if (frames === plan.frames || signal.aborted) return
  failure ??= connection.failure()
  if (failure) throw sourceError(name, failure, frames)
  const code = isLate && frames === 0 ? 'DAFFI_SOURCE_UNREACHABLE' : 'DAFFI_SOURCE_FAILED'
  const what = isLate ? `nothing came for ${formatMs(silenceMs)}` : 'ended'
  const message = `${what} ${afterFrames(frames)}`
  throw sourceError(name, { code, message, next: undefined }, frames)
}
