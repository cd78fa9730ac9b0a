import type {
  CameraPlan,
  NetworkPlan,
  SourcePlan,
  VideoSourcePlan as VideoPlan,
} from '../../core/plan/plan.js'

export type { VideoPlan }

type LivePlan = CameraPlan | NetworkPlan

/** Whether the source gives items at its own pace and never ends by itself. */
export function isLive(plan: SourcePlan): plan is LivePlan {
  return plan.kind === 'camera' || plan.kind === 'rtsp' || plan.kind === 'http'
}

/** Whether what a source gives comes from another machine. */
export function isNetwork(plan: SourcePlan): plan is NetworkPlan {
  return plan.kind === 'rtsp' || plan.kind === 'http'
}

/** Milliseconds of silence after which a live source is taken for dead: its limit, but at least three frames' time. */
export function silenceLimit(plan: VideoPlan): number | undefined {
  if (!isLive(plan)) return undefined
  return plan.fps === undefined ? plan.stallMs : Math.max(plan.stallMs, 3000 / plan.fps)
}
