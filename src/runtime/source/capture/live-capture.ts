import { setTimeout as delay } from 'node:timers/promises'
import { formatMs } from '../../core/abort.js'
import { DaffiError, toErrorRecord } from '../../core/errors.js'
import type { Frame } from '../../core/frame.js'
import type { SourceContext } from '../contract/source-context.js'
import type { VideoPlan } from '../contract/video-plan.js'
import { FloodGate } from './rate-watchdog.js'
import { restartDelay } from './restart-delay.js'

/** A capture that gave pictures for so long was healthy, and its restarts are counted anew. */
const HEALTHY_MS = 30_000

/** One run of a capture, which gives what is left of `plan.frames`. */
type Run = (plan: VideoPlan) => AsyncGenerator<Frame, void>

/**
 * A capture that has given its first picture does not end when ffmpeg does, falls silent or floods: it is run again, as
 * often as it takes, and goes on numbering its frames. What fails before the first picture is an error.
 */
export async function* liveCapture(
  plan: VideoPlan,
  { name, signal, log, onEvent }: SourceContext,
  run: Run,
): AsyncGenerator<Frame, void> {
  let sequence = 0
  let inRow = 0
  let brokenAt: number | undefined
  while (!signal.aborted) {
    const gate = new FloodGate(plan.fps)
    let begunAt: number | undefined
    try {
      for await (const frame of run(remaining(plan, sequence))) {
        const now = performance.now()
        begunAt ??= now
        const rate = gate.take(now)
        if (rate !== undefined) throw flood(name, rate)
        if (brokenAt !== undefined) {
          const afterMs = Math.round(now - brokenAt)
          brokenAt = undefined
          log.info(`source ${name}: is back after ${formatMs(afterMs)}`)
          onEvent({ type: 'resumed', afterMs })
        }
        yield { ...frame, sequence: sequence++ }
      }
      return
    } catch (error) {
      if (sequence === 0 || !(error instanceof DaffiError)) throw error
      const now = performance.now()
      if (begunAt !== undefined && now - begunAt >= HEALTHY_MS) inRow = 0
      const restartInMs = restartDelay(inRow++)
      log.warn(`${error.message}; it is started again in ${formatMs(restartInMs)}`)
      if (brokenAt === undefined) onEvent({ type: 'gap', error: toErrorRecord(error) })
      brokenAt ??= now
      await delay(restartInMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

function remaining(plan: VideoPlan, given: number): VideoPlan {
  return plan.frames === undefined ? plan : { ...plan, frames: plan.frames - given }
}

function flood(name: string, rate: number): DaffiError {
  return new DaffiError('DAFFI_SOURCE_FAILED', `source ${name}: flooded: pictures came at ${rate} a second`)
}
