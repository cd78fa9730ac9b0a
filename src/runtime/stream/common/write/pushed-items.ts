import { addAbortListener } from 'node:events'
import { abortError } from '../../../core/abort.js'
import { Wakeup } from '../../../core/deferred.js'
import { DaffiError } from '../../../core/errors.js'
import type { Origin } from '../../../core/stream/origin.js'

/** Accepts an item. A promise holds back the next one until it settles. */
type Accept = (item: unknown, origin: Origin) => Promise<void> | undefined

/**
 * Items that are pushed into a stream, where those of an iterable are pulled. What is pushed while no stream takes them waits,
 * so that a stream that failed and is made again goes on with them.
 */
export class PushedItems {
  readonly #changed = new Wakeup()
  #accept: Accept | undefined
  /** Item that is being taken, or the last of those that wait for their turn. */
  #last: Promise<void> | undefined
  #ended = false
  #error: unknown

  /**
   * Pushes an item.
   * @returns a promise that resolves when the stream has taken it; undefined when it has already
   * @throws DaffiError DAFFI_CLOSED after the end; what the stream throws for an item that it cannot carry
   */
  push(item: unknown, origin: Origin): Promise<void> | undefined {
    if (this.#last || !this.#accept || this.#ended) return this.#follow(() => this.#pushInTurn(item, origin))
    const taking = this.#accept(item, origin)
    return taking && this.#follow(() => taking)
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Ends the stream after the items that are pushed already. */
  end(): void {
    if (!this.#last) this.close()
    else void this.#last.then(() => this.end())
  }

  /** Ends the stream at once, with an error if there is one; items that were not taken are refused. */
  close(error?: unknown): void {
    if (!this.#ended) this.#error = error
    this.#ended = true
    this.#changed.notify()
  }

  /**
   * Gives the items to a stream. Resolves at their end.
   * @throws the error that they end with, or the signal's reason when it aborts
   */
  async flowInto(accept: Accept, signal: AbortSignal): Promise<void> {
    this.#accept = accept
    this.#changed.notify()
    const listener = addAbortListener(signal, () => this.#changed.notify())
    try {
      while (!this.#ended && !signal.aborted) await this.#changed.wait()
      if (signal.aborted) throw abortError(signal, 'the stream')
      if (this.#error !== undefined) throw this.#error
    } finally {
      listener[Symbol.dispose]()
      if (this.#accept === accept) this.#accept = undefined
    }
  }

  /** Takes a step after those before it. */
  #follow(step: () => Promise<void>): Promise<void> {
    const before = this.#last
    const taking = before ? before.then(step) : step()
    const settled = taking.catch(() => undefined).then(() => {
      if (this.#last === settled) this.#last = undefined
    })
    this.#last = settled
    return taking
  }

  async #pushInTurn(item: unknown, origin: Origin): Promise<void> {
    while (!this.#accept && !this.#ended) await this.#changed.wait()
    if (!this.#accept || this.#ended) throw new DaffiError('DAFFI_CLOSED', 'the stream of the results has ended')
    await this.#accept(item, origin)
  }
}
