import type { Plan } from '../../core/plan.js'
import type { Fault } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'

/** A plan and its tests without faults, or faults without a plan. */
export interface CheckedPipeline {
  plan: Plan | undefined
  /** Of the file itself. */
  tests: TestPlan[]
  faults: Fault[]
}
