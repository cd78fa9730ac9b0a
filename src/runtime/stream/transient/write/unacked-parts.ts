/** Parts that one receiver of a shared stream was sent and has not loaded; its lane holds others' parts as well. */
export class UnackedParts {
  /** `end`: position of the part's end in the lane. `sent`: weight of all that this receiver was sent, up to this part. */
  #parts: { end: number; weight: number; sent: number }[] = []
  #sent = 0

  add(end: number, weight: number): void {
    this.#sent += weight
    this.#parts.push({ end, weight, sent: this.#sent })
  }

  /** @param loaded weight of all parts that the receiver has loaded */
  settle(loaded: number): void {
    this.#parts = this.#parts.filter(({ sent }) => sent > loaded)
  }

  has(end: number): boolean {
    return this.#parts.some((part) => part.end === end)
  }

  /** Position in the lane where the oldest part begins; undefined when there is none. */
  get oldest(): number | undefined {
    const [part] = this.#parts
    return part && part.end - part.weight
  }
}
