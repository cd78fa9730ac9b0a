/** What one receiver of a shared stream was sent and has not loaded; the lane holds others' parts, too. */
export class Outstanding {
  /** `end`: what the lane has stored with the part. `sent`: what the receiver has loaded with it. In cost, both. */
  #parts: { end: number; cost: number; sent: number }[] = []
  #sent = 0

  add(end: number, cost: number): void {
    this.#sent += cost
    this.#parts.push({ end, cost, sent: this.#sent })
  }

  /** @param loaded cost of all parts that the receiver has loaded */
  settle(loaded: number): void {
    this.#parts = this.#parts.filter(({ sent }) => sent > loaded)
  }

  has(end: number): boolean {
    return this.#parts.some((part) => part.end === end)
  }

  /** What the lane had stored before the oldest part; undefined when there is none. */
  get oldest(): number | undefined {
    const [part] = this.#parts
    return part && part.end - part.cost
  }
}
