import type { VideoPlan } from '../contract/video-plan.js'

/** Captures once: gives the frames of a plan, numbered from `firstSequence`. */
export type Capture<T> = (plan: VideoPlan, firstSequence: number) => AsyncGenerator<T, void>

/** The plan of what is left after some frames. */
export function remaining<T extends VideoPlan>(plan: T, given: number): T {
  return plan.frames === undefined ? plan : { ...plan, frames: plan.frames - given }
}
