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
