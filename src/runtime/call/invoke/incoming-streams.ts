import type { StreamOutcome } from '../../stream/index.js'

/**
 * Streams that come to a stage: those that are under way, and those whose writers are gone and may come back. A stream that
 * never began, as nobody stands behind its invitation, counts for nothing.
 */
export class IncomingStreams {
  readonly #onAllEnded: () => void
  #present = 0
  /** Streams that were left, by the name of the writer and of its source. */
  readonly #away = new Set<string>()
  #hasEnded = false

  /** @param onAllEnded called when streams have come, and all have ended */
  constructor(onAllEnded: () => void) {
    this.#onAllEnded = onAllEnded
  }

  /** Notes an invitation. @returns a function to be called once, when the stream is over here */
  begin({ from, source = null }: { from: string; source?: string | null }): (outcome: StreamOutcome) => void {
    const key = JSON.stringify([from, source])
    this.#present++
    return (outcome) => {
      this.#present--
      if (outcome === 'left') this.#away.add(key)
      if (outcome === 'ended') this.#away.delete(key)
      this.#hasEnded ||= outcome === 'ended'
      if (!this.#hasEnded || this.#present > 0 || this.#away.size > 0) return
      this.#hasEnded = false
      this.#onAllEnded()
    }
  }
}
