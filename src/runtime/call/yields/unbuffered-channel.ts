import { deferred, type Deferred } from '../../core/deferred.js'

/**
 * An unbuffered channel, as in Go: `send` resolves when the receiver asks for the next item, so that the pace of its
 * loop holds the sender back.
 */
export class UnbufferedChannel implements AsyncIterable<unknown> {
  #item: { value: unknown } | undefined
  #held: Deferred<void> | undefined
  #asked: Deferred<void> | undefined
  #end: { error?: unknown } | undefined

  /** Items are sent one after the other. Those that come after the end are discarded. */
  async send(value: unknown): Promise<void> {
    if (this.#end) return
    this.#item = { value }
    this.#held = deferred()
    this.#asked?.resolve()
    await this.#held.promise
  }

  /** Ends the iteration after the item that was sent, if any. Only the first end counts. */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end
    this.#asked?.resolve()
  }

  /** Ends the channel from the receiver's side, so that no sender waits any longer. */
  close(): void {
    this.end()
    this.#held?.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator {
    for (;;) {
      this.#held?.resolve()
      this.#asked = deferred()
      if (!this.#item && !this.#end) await this.#asked.promise
      const item = this.#item
      this.#item = undefined
      if (item) yield item.value
      else if (this.#end && 'error' in this.#end) throw this.#end.error
      else return
    }
  }
}
