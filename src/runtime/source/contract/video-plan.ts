import type { ModulePlan, RecordingPlan, SourcePlan } from '../../core/plan.js'

/** The kinds that ffmpeg reads. */
export type VideoPlan = Exclude<SourcePlan, ModulePlan | RecordingPlan>
