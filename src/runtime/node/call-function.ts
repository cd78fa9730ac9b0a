import { FG, joinPipeline } from '../call/index.js'
import type { Plan } from '../core/plan.js'
import { randomId } from '../core/names.js'
import { address } from './address.js'
import { openRun, type OpenOptions } from './open-run.js'
import { toPlain } from './plain.js'

export interface CallFunctionOptions extends Pick<OpenOptions, 'server' | 'signal' | 'log'> {
  args: unknown[]
  /** Name of the node that is to answer. */
  to?: string | undefined
  /** Milliseconds for finding a server, and again for the answer; 0 is without limit. */
  timeoutMs: number
}

/** Calls a callback of a running pipeline once, from outside, and gives its value as JSON can carry it. */
export async function callFunction(plan: Plan, name: string, options: CallFunctionOptions): Promise<unknown> {
  const { args, to, timeoutMs, signal, log } = options
  const server = await openRun(plan, [], { ...options, absent: 'wait' })
  const g = await joinPipeline({
    server,
    pipeline: plan.name,
    processName: `call-${randomId()}`,
    callbacks: [],
    log,
    signal,
  })
  try {
    return toPlain(await address(g, name, args, to).with(FG({ timeout: timeoutMs / 1000, signal })))
  } finally {
    await g.close()
  }
}
