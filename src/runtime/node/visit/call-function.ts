import { PERIOD, plannedStream, type UntypedCall } from '../../call/index.js'
import { toPlain } from '../../codec/index.js'
import type { ModifierPlan, Plan } from '../../core/plan/plan.js'
import { callbackCall } from '../calls/callback-call.js'
import { scheduleOptions, sendCall, startJob } from '../calls/send-call.js'
import type { RunServerOptions } from '../prepare/open-run-server.js'
import { visitPipeline } from './pipeline-visit.js'

export interface CallFunctionOptions extends Pick<RunServerOptions, 'server' | 'signal' | 'log'> {
  /** Arguments of the call; with STREAM, one iterable. */
  args: unknown[]
  modifier: ModifierPlan
  /** Name of the node that gets the call. @default any node that offers the callback */
  to?: string | undefined
  /** Longest wait for a server, in milliseconds. */
  timeoutMs: number
}

/**
 * Calls a callback of a running pipeline from outside. Resolves with a result that JSON can carry: the callback's value, the
 * `id` of a durable job, the `uuid` of a schedule or the summary of a stream.
 */
export function callFunction(plan: Plan, name: string, options: CallFunctionOptions): Promise<unknown> {
  const { args, to, modifier, signal } = options
  return visitPipeline(plan, options, ({ join }) =>
    join(async (g) => toPlain(await send(callbackCall(g, name, args, to), modifier, signal))),
  )
}

async function send(call: UntypedCall, modifier: ModifierPlan, signal: AbortSignal): Promise<unknown> {
  switch (modifier.kind) {
    case 'PERIOD': {
      const { uuid } = await call.with(PERIOD(scheduleOptions(modifier.schedule)))
      return { uuid }
    }
    case 'STREAM':
      return await call.with(plannedStream(modifier, { signal }))
    case 'BG': {
      if (!modifier.durable) return await sendCall(call, modifier, signal)
      const { id } = await startJob(call, modifier)
      return { id }
    }
    default:
      return await sendCall(call, modifier, signal)
  }
}
