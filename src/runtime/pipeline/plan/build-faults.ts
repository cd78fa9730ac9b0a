import type { CallbackPlan, Plan, StallPlan, StallPlans } from '../../core/plan/plan.js'
import { readName } from '../../core/plan/views.js'
import type { NodeNames } from '../checks/replicas.js'
import type { FaultEntry } from '../schema/test.js'
import type { FaultPlan } from './test-plan.js'

/** The faults of a test, of which it makes itself those that kill. */
export function buildFaults(entries: readonly FaultEntry[], names: NodeNames): FaultPlan[] {
  return entries.map(({ at, kill, restart }) => ({
    at,
    kill: kill === undefined ? restart : names.processesOf([kill]),
  }))
}

/** Times by which calls of the callback take longer. */
export function slownessOf(
  callback: string,
  entries: readonly FaultEntry[],
): NonNullable<CallbackPlan['slow']> {
  return entries
    .filter(({ slow }) => slow === callback)
    .map(({ at, by = 0 }) => ({ ms: by, from: at?.item ?? 1 }))
}

/** Pauses of sources; undefined without any. */
export function stallsOf({ sources, nodes }: Plan, entries: readonly FaultEntry[]): StallPlans | undefined {
  const stalls: Record<string, StallPlan[]> = {}
  const calls = Object.values(nodes).flatMap((node) => node.calls)
  for (const { stall, at, for: ms = 0 } of entries) {
    if (stall === undefined) continue
    const { source = stall } =
      calls.find(
        ({ call, source }) =>
          call === at?.stream && source !== undefined && readName(sources, source) === stall,
      ) ?? {}
    stalls[stall] = [...(stalls[stall] ?? []), { output: source, after: at ? at.item : 0, ms }]
  }
  return Object.keys(stalls).length > 0 ? stalls : undefined
}
