import type { Duration } from '../../core/duration.js'
import type { Arity } from '../../core/plan.js'

/** What a module's `options` say of a callback. */
export interface CallbackOptions {
  /** Items of a stream are lent for as long as the callback runs, instead of copied: faster, and not its own to keep. */
  borrow?: boolean
  /** How many calls run side by side; more wait for their turn, in order. Without limit by default. */
  concurrency?: number
  /** A call that runs longer is aborted and fails. Without limit by default. */
  timeout?: Duration
}

/** A function that a node offers. */
export interface Callback {
  name: string
  arity: Arity
  fn: (...args: unknown[]) => unknown
  options?: CallbackOptions | undefined
}
