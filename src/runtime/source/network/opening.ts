import { addAbortListener } from 'node:events'
import { formatMs } from '../../core/timeout.js'
import { startTimer } from '../../core/timer.js'
import { NetworkFailure } from './network-failure.js'

/**
 * Opens something within a time, and gives up when the signal aborts.
 * @param open gets a signal that aborts at either
 * @throws NetworkFailure, and what `open` throws
 */
export async function openWithin<T>(
  ms: number,
  signal: AbortSignal,
  open: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let isLate = false as boolean
  const timer = startTimer(ms, () => {
    isLate = true
    controller.abort()
  })
  const listener = addAbortListener(signal, () => controller.abort())
  const late = (): NetworkFailure =>
    new NetworkFailure('DAFFI_SOURCE_UNREACHABLE', `nothing came for ${formatMs(ms)} before the first frame`)
  try {
    const opened = await open(controller.signal)
    // What is aborted may look like an end.
    if (isLate) throw late()
    return opened
  } catch (error) {
    throw isLate ? late() : error
  } finally {
    timer.cancel()
    listener[Symbol.dispose]()
  }
}
