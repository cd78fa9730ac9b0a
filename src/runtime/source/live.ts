import type { SourcePlan } from '../core/plan.js'

/** Whether the source gives items in its own time and has no end of its own. */
export function isLive(plan: SourcePlan): boolean {
  return plan.kind === 'camera' || plan.kind === 'rtsp' || plan.kind === 'http'
}
