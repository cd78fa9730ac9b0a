import { deferred, type Deferred } from '../../core/deferred.js'

/**
 * Passes items one at a time to whoever iterates: `give` resolves when the next one is asked for, so that the loop's own
 * pace holds the giver back.
 */
export class Handover implements AsyncIterable<unknown> {
  #item: { value: unknown } | undefined
  #held: Deferred<void> | undefined
  #asked: Deferred<void> | undefined
  #end: { error?: unknown } | undefined

  /** Items are given one after the other. Those that come after the end are let go. */
  async give(value: unknown): Promise<void> {
    if (this.#end) return
    this.#item = { value }
    this.#held = deferred()
    this.#asked?.resolve()
    await this.#held.promise
  }

  /** After the item that is there, if any. Only the first end counts. */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end
    this.#asked?.resolve()
  }

  /** Nobody iterates any more. */
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
