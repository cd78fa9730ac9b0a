import type { ScheduleSpec } from '../../core/plan/plan.js'

/** A schedule, as it is kept on the server. */
export interface ScheduleRecord {
  uuid: string
  callback: string
  /** The only node that may run it; null when any node that offers the callback may. */
  to: string | null
  /** Name of the node that made it. */
  from: string
  spec: ScheduleSpec
  cancelled: boolean
}

export function hasEnded({ spec, cancelled }: ScheduleRecord): boolean {
  return cancelled || ('at' in spec && (spec.at.at(-1) ?? 0) <= Date.now())
}
