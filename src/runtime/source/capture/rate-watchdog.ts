/** How many times the rate that was asked for is too much; cameras take some liberty, and catch up after a pause. */
const FACTOR = 4
/** The least rate to reckon with: cameras that are asked for less give what they have. */
const LEAST_FPS = 60
const WINDOW_MS = 2000

/** Notices a live source that has lost its pace and gives pictures as fast as they can be read. */
export class FloodGate {
  readonly #most: number
  #since = -Infinity
  #frames = 0

  constructor(fps = LEAST_FPS) {
    this.#most = (FACTOR * Math.max(fps, LEAST_FPS) * WINDOW_MS) / 1000
  }

  /** Counts a frame that came at `now` (milliseconds); the rate in frames a second when there have been too many. */
  take(now: number): number | undefined {
    if (now - this.#since > WINDOW_MS) {
      this.#since = now
      this.#frames = 0
    }
    if (++this.#frames <= this.#most) return undefined
    return Math.round((this.#frames * 1000) / Math.max(1, now - this.#since))
  }
}
