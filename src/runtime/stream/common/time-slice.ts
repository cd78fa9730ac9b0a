/** Largest number of steps between two readings of the clock, since each step may be slow. */
const MAX_STEPS = 64

/** Limits how long a busy loop may hold the event loop, mostly without reading the clock. */
export class TimeSlice {
  readonly #ms: number
  #start = performance.now()
  #measured = this.#start
  #steps = 1
  #left = 1

  /** @param ms length of a slice in milliseconds */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** Whether the clock should be read at this step; to be read exactly once a step. */
  get due(): boolean {
    return --this.#left <= 0
  }

  /** Reads the clock: whether the slice is over. */
  isOver(): boolean {
    const at = performance.now()
    // Fast steps are counted in larger and larger strides.
    this.#steps = at - this.#measured < this.#ms / 8 ? Math.min(this.#steps * 2, MAX_STEPS) : 1
    this.#left = this.#steps
    this.#measured = at
    return at - this.#start > this.#ms
  }

  /** Yields to the event loop, and begins a new slice. */
  async yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#start = this.#measured = performance.now()
  }
}
