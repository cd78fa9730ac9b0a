import type { Arity } from '../core/plan.js'

/** What a module's `options` say of a callback. */
export interface CallbackOptions {
  /** Items of a stream are lent for as long as the callback runs, instead of copied: faster, and not its own to keep. */
  borrow?: boolean
}

/** A function that a node offers. */
export interface Callback {
  name: string
  arity: Arity
  fn: (...args: unknown[]) => unknown
  options?: CallbackOptions | undefined
}
