/** Property under which an async iterator gives items without promises; registered, so all copies of this module share it. */
export const AT_ONCE = Symbol.for('daffi.atOnce')

/** Async iterator some of whose items are there at once: a promise for each would take longer than all the rest. */
export interface Prompt {
  /** Gives the next item; undefined when it has to be waited for by `next()`, or the iterator has ended. */
  [AT_ONCE]?: () => { done?: false; value: unknown } | undefined
}
