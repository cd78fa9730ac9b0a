/** Receivers of a lossless stream that are away, and how long it has waited for each. */
export class Patience {
  readonly #limitMs: number
  readonly #away = new Map<string, { waitedMs: number; returns: boolean }>()
  #isUsedUp = false

  /** @param limitMs longest wait for a receiver, in milliseconds; 0: none is waited for */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** @param returns whether the receiver's supervisor has announced that it is started again */
  onAway(name: string, returns: boolean): void {
    const known = this.#away.get(name) ?? { waitedMs: 0, returns: false }
    if (this.#limitMs > 0) this.#away.set(name, { ...known, returns: returns || known.returns })
  }

  onBack(name: string): void {
    this.#away.delete(name)
  }

  /**
   * Lets time pass, as the writer's own clock counts it: while the writer itself stands still, nobody's time is used up.
   * @param isHere whether the receiver lives again, and will attach
   */
  pass(ms: number, isHere: (name: string) => boolean): void {
    for (const [name, entry] of this.#away) {
      if (isHere(name)) continue
      entry.waitedMs += ms
      if (entry.waitedMs < this.#limitMs) continue
      this.#away.delete(name)
      this.#isUsedUp = true
    }
  }

  /** Whether a receiver was given up. */
  get isUsedUp(): boolean {
    return this.#isUsedUp
  }

  /** Whether a receiver is waited for. */
  get isWaiting(): boolean {
    return this.#away.size > 0
  }

  /** Whether one of them is known to return. */
  get expectsReturn(): boolean {
    return [...this.#away.values()].some(({ returns }) => returns)
  }
}
