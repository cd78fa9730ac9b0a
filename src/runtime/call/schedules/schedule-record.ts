import type { ScheduleSpec } from '../../core/schedule.js'

/** A schedule, as it is kept on the server. */
export interface ScheduleRecord {
  uuid: string
  callback: string
  /** The one node that is to run it. */
  to: string | null
  /** The node that made it. */
  from: string
  spec: ScheduleSpec
  cancelled: boolean
}

/** A call that is made again and again, whether the process that made it lives or not. */
export interface ScheduledTask {
  readonly uuid: string
  readonly callback: string
  readonly to: string | null
  readonly from: string
  /** When it is due. */
  readonly spec: ScheduleSpec
  /** Keeps it from firing again; what runs is not cut off. False when it has come to its end, or was cancelled before. */
  cancel: () => Promise<boolean>
}

export function hasEnded({ spec, cancelled }: ScheduleRecord): boolean {
  return cancelled || ('at' in spec && (spec.at.at(-1) ?? 0) <= Date.now())
}
