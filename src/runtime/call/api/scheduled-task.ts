import type { ScheduleSpec } from '../../core/plan.js'

/** A call that is made again and again, even after the process that scheduled it has ended. */
export interface ScheduledTask {
  readonly uuid: string
  readonly callback: string
  /** The only node that may run it; null when any node that offers the callback may. */
  readonly to: string | null
  /** Name of the node that made the schedule. */
  readonly from: string
  /** Times at which the call is due. */
  readonly spec: ScheduleSpec
  /**
   * Keeps the schedule from firing again; a call that runs already goes on to its end.
   * @returns false when the schedule has ended, or was cancelled before
   */
  cancel: () => Promise<boolean>
}
