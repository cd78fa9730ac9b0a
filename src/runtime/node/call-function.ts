import { FG } from '../call/index.js'
import type { Plan } from '../core/plan.js'
import { address } from './address.js'
import type { OpenOptions } from './open-run.js'
import { toPlain } from './plain.js'
import { visitPipeline } from './visit.js'

export interface CallFunctionOptions extends Pick<OpenOptions, 'server' | 'signal' | 'log'> {
  args: unknown[]
  /** Name of the node that is to answer. */
  to?: string | undefined
  /** Milliseconds for finding a server, and again for the answer; 0 is without limit. */
  timeoutMs: number
}

/** Calls a callback of a running pipeline once, from outside, and gives its value as JSON can carry it. */
export function callFunction(plan: Plan, name: string, options: CallFunctionOptions): Promise<unknown> {
  const { args, to, timeoutMs, signal } = options
  return visitPipeline(plan, options, async (g) =>
    toPlain(await address(g, name, args, to).with(FG({ timeout: timeoutMs / 1000, signal }))),
  )
}
