import { PERIOD, STREAM, type UntypedCall } from '../call/index.js'
import type { ModifierPlan, Plan } from '../core/plan.js'
import { address } from './address.js'
import type { OpenOptions } from './open-run.js'
import { toPlain } from './plain.js'
import { scheduleOptions, sendPlain, startJob } from './send-plain.js'
import { streamOptions } from './stream-options.js'
import { visitPipeline } from './visit.js'

export interface CallFunctionOptions extends Pick<OpenOptions, 'server' | 'signal' | 'log'> {
  /** With STREAM, one iterable. */
  args: unknown[]
  modifier: ModifierPlan
  /** Name of the node that is to answer. */
  to?: string | undefined
  /** Milliseconds for finding a server. */
  timeoutMs: number
}

/**
 * Calls a callback of a running pipeline from outside, and gives what it comes to as JSON can carry it: the value, of a
 * durable job its `id`, of a schedule its `uuid`, of a stream its summary.
 */
export function callFunction(plan: Plan, name: string, options: CallFunctionOptions): Promise<unknown> {
  const { args, to, modifier, signal } = options
  return visitPipeline(plan, options, async (g) =>
    toPlain(await carryOut(address(g, name, args, to), modifier, signal)),
  )
}

async function carryOut(call: UntypedCall, modifier: ModifierPlan, signal: AbortSignal): Promise<unknown> {
  switch (modifier.kind) {
    case 'PERIOD': {
      const { uuid } = await call.with(PERIOD(scheduleOptions(modifier.schedule)))
      return { uuid }
    }
    case 'STREAM':
      return await call.with(STREAM({ ...streamOptions(modifier), signal }))
    case 'BG': {
      if (!modifier.durable) return await sendPlain(call, modifier, signal)
      const { id } = await startJob(call, modifier)
      return { id }
    }
    default:
      return await sendPlain(call, modifier, signal)
  }
}
