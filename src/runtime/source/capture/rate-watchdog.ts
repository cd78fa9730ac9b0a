import { DaffiError } from '../../core/errors.js'
import { isLive, type VideoPlan } from '../contract/video-plan.js'
import type { Connection } from '../network/connection.js'

/** Rate that is too high, in multiples of the requested one; cameras deviate somewhat, and catch up after a pause. */
const FACTOR = 4
/** Lowest requested rate to assume, in frames per second: cameras asked for less may still give what they have. */
const MIN_FPS = 60
const WINDOW_MS = 2000

/** Notices a live source that has lost its pace and gives frames as fast as they can be read. */
export class RateWatchdog {
  readonly #limit: number
  #since = -Infinity
  #frames = 0

  /** @param fps frames per second that were requested */
  constructor(fps = MIN_FPS) {
    this.#limit = (FACTOR * Math.max(fps, MIN_FPS) * WINDOW_MS) / 1000
  }

  /**
   * Counts a frame, and gives the rate in frames per second when there were too many.
   * @param now when the frame came, in milliseconds
   */
  count(now: number): number | undefined {
    if (now - this.#since > WINDOW_MS) {
      this.#since = now
      this.#frames = 0
    }
    if (++this.#frames <= this.#limit) return undefined
    return Math.round((this.#frames * 1000) / Math.max(1, now - this.#since))
  }
}

/**
 * A function to be called for each frame of a source, which may not come too fast: only those of a file may.
 * @throws DaffiError DAFFI_SOURCE_FAILED
 */
export function watchdogFor(plan: VideoPlan, connection: Connection | undefined, name: string): () => void {
  if (!isLive(plan) || connection?.mayBeFile === true) return () => undefined
  const watchdog = new RateWatchdog(plan.fps)
  return () => {
    const rate = watchdog.count(performance.now())
    if (rate === undefined) return
    throw new DaffiError('DAFFI_SOURCE_FAILED', `source ${name}: flooded: frames came at ${rate} per second`)
  }
}
