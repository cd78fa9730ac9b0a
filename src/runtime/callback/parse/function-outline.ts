import type { Arity } from '../../core/plan/plan.js'
import { arityOf, type FunctionNode } from './arity.js'
import { returnsNothing } from './returns.js'

/** Facts about a function that its text tells. */
export interface FunctionOutline {
  arity: Arity
  /** Present when it certainly returns nothing. */
  returnsNothing?: true
}

export function describeFunction(fn: FunctionNode): FunctionOutline {
  return { arity: arityOf(fn), ...(returnsNothing(fn) ? { returnsNothing: true } : {}) }
}
