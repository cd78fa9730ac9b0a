import type { AttachCounts } from '../../protocol/messages.js'

/** Number of streams whose counts are kept. */
const MAX_STREAMS = 100

/**
 * Counts of receivers that have left a stream which may go on: its writer was gone, and may be back and accept a new one.
 * Then its account needs what the old one has processed.
 */
export class PastCounts {
  readonly #streams = new Map<string, readonly AttachCounts[]>()

  keep(stream: string, counts: readonly AttachCounts[]): void {
    this.#streams.delete(stream)
    this.#streams.set(stream, counts)
    const [oldest] = this.#streams.keys()
    if (this.#streams.size > MAX_STREAMS && oldest !== undefined) this.#streams.delete(oldest)
  }

  forget(stream: string): void {
    this.#streams.delete(stream)
  }

  of(stream: string): readonly AttachCounts[] {
    return this.#streams.get(stream) ?? []
  }
}
