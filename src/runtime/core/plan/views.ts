import type { SourcePlan, SourcePlans } from './plan.js'

/** Name of the source that is read for a name: a view's source, else the name itself. */
export function readName(sources: SourcePlans, name: string): string {
  const plan = sources[name]
  return plan?.kind === 'view' ? plan.of : name
}

/** The source that is read for a name; undefined when there is none. */
export function readPlan(sources: SourcePlans, name: string): SourcePlan | undefined {
  const plan = sources[readName(sources, name)]
  return plan?.kind === 'view' ? undefined : plan
}
