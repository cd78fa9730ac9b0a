import { isPromise } from './promised-items.js'

/** Property under which an async iterator gives items without promises; registered, so all copies of this module share it. */
export const AT_ONCE = Symbol.for('daffi.atOnce')

/** Async iterator some of whose items are there at once: a promise for each would take longer than all the rest. */
export interface Prompt {
  /** Gives the next item; undefined when it has to be waited for by `next()`, or the iterator has ended. */
  [AT_ONCE]?: () => { done?: false; value: unknown } | undefined
}

/** Items of an iterable that is not async, which are taken by a loop, and by others between its steps. */
export class PromptItems {
  #iterator: Iterator<unknown> | undefined
  /** Result that only the loop can deal with: the end, or a promise. */
  #held: IteratorResult<unknown> | undefined

  /** The items that nobody takes meanwhile. */
  of(items: Iterable<unknown>): Iterable<unknown> {
    const iterator = items[Symbol.iterator]()
    this.#iterator = iterator
    const next = (): IteratorResult<unknown> => {
      const result = this.#held ?? iterator.next()
      this.#held = undefined
      return result
    }
    const close = (): IteratorResult<unknown> => {
      const isOpen = this.#iterator !== undefined
      this.#iterator = undefined
      return (isOpen ? iterator.return?.() : undefined) ?? { done: true, value: undefined }
    }
    return { [Symbol.iterator]: () => ({ next, return: close }) }
  }

  /** Takes an item; undefined when the loop has to. */
  take(): { done?: false; value: unknown } | undefined {
    const iterator = this.#iterator
    if (!iterator || this.#held) return undefined
    // One that throws is not closed, and gives no more.
    this.#iterator = undefined
    const result: unknown = iterator.next()
    if (!isResult(result)) throw new TypeError(`Iterator result ${String(result)} is not an object`)
    const { done, value } = result
    this.#iterator = iterator
    if (!done && !isPromise(value)) return { value }
    this.#held = { done: Boolean(done), value }
    return undefined
  }
}

function isResult(value: unknown): value is { done?: unknown; value: unknown } {
  return typeof value === 'object' && value !== null
}
