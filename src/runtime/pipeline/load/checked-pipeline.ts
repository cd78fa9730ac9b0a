import type { Plan } from '../../core/plan/plan.js'
import type { Diagnostic } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'

/** A plan and its tests without diagnostics, or diagnostics without a plan. */
export interface CheckedPipeline {
  plan: Plan | undefined
  /** Tests that the file itself contains. */
  tests: TestPlan[]
  /** Profiles that nodes have; undefined for a file that is not YAML. */
  profiles: string[] | undefined
  diagnostics: Diagnostic[]
}
