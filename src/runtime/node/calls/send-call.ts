import { BG, BROADCAST, FG, NO_RETURN, type Call, type Job, type JobRetryOptions } from '../../call/index.js'
import type { ModifierPlan } from '../../core/plan/plan.js'
import type { RetryPolicy } from '../../core/stream/stream-options.js'
import type { ScheduleOptions } from '../../core/text/schedule.js'
import type { ScheduleSpec } from '../../core/plan/plan.js'

type PlanOf<K extends ModifierPlan['kind']> = Extract<ModifierPlan, { kind: K }>

/** Sends a call with a modifier that leads to one result, and waits for it; null for NO_RETURN. */
export async function sendCall(
  call: Call<unknown>,
  modifier: PlanOf<'FG' | 'BG' | 'BROADCAST' | 'NO_RETURN'>,
  signal: AbortSignal,
): Promise<unknown> {
  const { busy } = modifier
  switch (modifier.kind) {
    case 'FG':
      return await call.with(FG({ timeout: modifier.timeoutMs / 1000, busy, signal }))
    case 'BG':
      return await (await startJob(call, modifier)).get({ signal })
    case 'BROADCAST': {
      const { timeoutMs, etaMs, returnResult } = modifier
      return await call.with(
        BROADCAST({ timeout: timeoutMs / 1000, eta: etaMs / 1000, returnResult, busy, signal }),
      )
    }
    case 'NO_RETURN':
      await call.with(NO_RETURN({ eta: modifier.etaMs / 1000, busy }))
      return null
  }
}

/** Sends a call with BG; resolves with its job as soon as that exists. */
export function startJob(call: Call<unknown>, plan: PlanOf<'BG'>): Promise<Job> {
  const { timeoutMs, etaMs, durable, retry, id, busy } = plan
  const options = { timeout: timeoutMs / 1000, eta: etaMs / 1000, durable, id, busy }
  return call.with(BG(retry ? { ...options, retry: retryOptions(retry) } : options))
}

/** Converts planned attempts to the option of BG. */
function retryOptions({ attempts, delayMs, backoff }: RetryPolicy): JobRetryOptions {
  return { attempts, delay: delayMs / 1000, backoff }
}

/** Converts a planned schedule to the options of PERIOD. */
export function scheduleOptions(spec: ScheduleSpec): ScheduleOptions {
  if ('intervalMs' in spec) return { interval: spec.intervalMs / 1000 }
  return 'at' in spec ? { at: spec.at.map((time) => new Date(time)) } : spec
}
