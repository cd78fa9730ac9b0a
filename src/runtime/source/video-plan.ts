import type { ModulePlan, SourcePlan } from '../core/plan.js'

/** The kinds that ffmpeg reads. */
export type VideoPlan = Exclude<SourcePlan, ModulePlan>
