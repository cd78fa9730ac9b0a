import type { Arity } from '../core/plan.js'

/** A function that a node offers. */
export interface Callback {
  name: string
  arity: Arity
  fn: (...args: unknown[]) => unknown
}
