import { setTimeout as delay } from 'node:timers/promises'
import { formatMs } from '../../core/timeout.js'
import { DaffiError, toErrorRecord } from '../../core/errors.js'
import type { SourceContext } from '../contract/source-context.js'
import type { VideoPlan } from '../contract/video-plan.js'
import { remaining, type Capture } from './capture.js'
import { restartDelayMs } from './restart-delay.js'

/** A capture that gave frames for this long was healthy: its restarts are counted from 0 again. */
const HEALTHY_MS = 30_000

/**
 * The frames of a live source. After its first frame the source does not end when ffmpeg ends, stalls or floods: it is
 * captured again, as often as needed, and its numbers continue. A failure before the first frame is an error.
 */
export async function* liveCapture<T>(
  plan: VideoPlan,
  { name, signal, log, onEvent }: SourceContext,
  capture: Capture<T>,
): AsyncGenerator<T, void> {
  let given = 0
  let restarts = 0
  let brokenAt: number | undefined
  while (!signal.aborted) {
    let begunAt: number | undefined
    try {
      for await (const frame of capture(remaining(plan, given), given)) {
        const now = performance.now()
        begunAt ??= now
        if (brokenAt !== undefined) {
          const afterMs = Math.round(now - brokenAt)
          brokenAt = undefined
          log.info(`source ${name}: is back after ${formatMs(afterMs)}`)
          onEvent({ type: 'resumed', afterMs })
        }
        given++
        yield frame
      }
      return
    } catch (error) {
      if (given === 0 || !(error instanceof DaffiError)) throw error
      const now = performance.now()
      if (begunAt !== undefined && now - begunAt >= HEALTHY_MS) restarts = 0
      const restartInMs = restartDelayMs(restarts++)
      log.warn(`${error.message}; it is started again in ${formatMs(restartInMs)}`)
      if (brokenAt === undefined) onEvent({ type: 'gap', error: toErrorRecord(error) })
      brokenAt ??= now
      await delay(restartInMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
