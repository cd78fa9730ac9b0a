import { abortError } from '../../../core/abort.js'
import { DaffiError } from '../../../core/errors.js'
import { isFrame, type Frame } from '../../../core/frame.js'
import type { Origin } from '../../../core/stream/origin.js'
import { formatMs } from '../../../core/timeout.js'
import type { StreamView } from '../../../view/index.js'
import type { PipelineWatch } from './pipeline-watch.js'
import { tapStream, type TappedItem } from './stream-tap.js'

export interface NextFrame {
  frame: Frame
  origin: Origin
}

/**
 * The next frame of a stream. The newest one that is there already may be old, when its source stalls: it is not taken unless it was
 * captured after the call.
 * @throws DaffiError DAFFI_TIMEOUT, DAFFI_NO_STREAM when it ends before, DAFFI_USAGE when its items are no frames
 */
export async function nextFrame(
  watch: PipelineWatch,
  stream: StreamView,
  { timeoutMs, signal: stop }: { timeoutMs: number; signal: AbortSignal },
): Promise<NextFrame> {
  const began = Date.now()
  const late = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([stop, late])
  let last: TappedItem | undefined
  let reason = 'the stream has ended'
  const onNote = (text: string): void => {
    reason = text
  }
  for await (const item of tapStream(watch, stream, { everyMs: 0, signal, onNote })) {
    const { value, origin } = item
    if (!isFrame(value))
      throw new DaffiError('DAFFI_USAGE', `the items of ${stream.name} are no frames`, {
        next: 'daffi tap shows them.',
      })
    if (last !== undefined || origin.time >= began) return { frame: value, origin }
    last = item
  }
  if (stop.aborted) throw abortError(stop, `a frame of ${stream.name}`)
  if (!late.aborted) throw new DaffiError('DAFFI_NO_STREAM', `no frame of ${stream.name}: ${reason}`)
  const before = last
    ? `the last one, item ${last.origin.item}, was captured ${formatMs(Date.now() - last.origin.time)} ago`
    : 'nor was there one before'
  throw new DaffiError(
    'DAFFI_TIMEOUT',
    `no frame of ${stream.name} came within ${formatMs(timeoutMs)}; ${before}`,
    { next: 'See with daffi top and daffi logs what its source does, or raise --timeout.' },
  )
}
