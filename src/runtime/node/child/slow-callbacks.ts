import { context } from '../../call/index.js'
import type { Callback } from '../../callback/index.js'
import type { CallbackPlan } from '../../core/plan/plan.js'
import { sleep } from '../../core/timer.js'

/** Wraps the callbacks that are planned as slow, as tests need it. */
export function slowCallbacks(callbacks: Callback[], plans: CallbackPlan[]): Callback[] {
  const slow = new Map(plans.map(({ name, slow = [] }) => [name, slow]))
  return callbacks.map((callback) => slowCallback(callback, slow.get(callback.name) ?? []))
}

function slowCallback(callback: Callback, times: NonNullable<CallbackPlan['slow']>): Callback {
  if (times.length === 0) return callback
  const { fn } = callback
  let calls = 0
  return {
    ...callback,
    fn: (...args) => {
      calls++
      const ms = times.findLast(({ from }) => from <= calls)?.ms ?? 0
      if (ms === 0) return fn(...args)
      return sleep(ms, context().signal).then(() => fn(...args))
    },
  }
}
