/** A loop whose steps may be this slow is looked at within that many of them. */
const MOST_STEPS = 64

/** Tells a busy loop when others should have their turn, mostly without a look at the clock. */
export class Turn {
  readonly #ms: number
  #start = performance.now()
  #looked = this.#start
  #steps = 1
  #left = 1

  /** @param ms how long the loop may go on */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** To be asked at each step: whether this is one of those with a look at the clock. */
  get due(): boolean {
    return --this.#left <= 0
  }

  /** A look at the clock: whether the turn is over. */
  look(): boolean {
    const at = performance.now()
    // Steps that take no time are counted in larger and larger strides.
    this.#steps = at - this.#looked < this.#ms / 8 ? Math.min(this.#steps * 2, MOST_STEPS) : 1
    this.#left = this.#steps
    this.#looked = at
    return at - this.#start > this.#ms
  }

  /** Lets the others have theirs. */
  async yield(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#start = this.#looked = performance.now()
  }
}
