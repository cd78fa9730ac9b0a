import type { CameraPlan, NetworkPlan, SourcePlan } from '../../core/plan.js'

type LivePlan = CameraPlan | NetworkPlan

/** Whether the source gives items in its own time and has no end of its own. */
export function isLive(plan: SourcePlan): plan is LivePlan {
  return plan.kind === 'camera' || plan.kind === 'rtsp' || plan.kind === 'http'
}
