import type { DaffiError } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'

/** The difference between a running pipeline and its changed files, as steps for the supervisor. */
export interface PlanChange {
  /** The pipeline as it is now. */
  plan: Plan
  start: NodePlan[]
  restart: NodePlan[]
  /** Nodes that keep their process and evaluate these modules again. */
  reload: { node: NodePlan; modules: string[] }[]
  /** Names of nodes that are no longer in the pipeline. */
  stop: string[]
}

/** A node that could not take in changed modules and still runs its old code. */
export interface ReloadFailure {
  node: string
  error: DaffiError
}
