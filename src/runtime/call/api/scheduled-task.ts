import type { ScheduleSpec } from '../../core/plan/plan.js'

/** A periodic call, which continues after the process that scheduled it has ended. */
export interface ScheduledTask {
  /** Id by which `Global.schedule` finds it. */
  readonly uuid: string
  /** Name of the callback that is called. */
  readonly callback: string
  /** The only node that may run it; null when any node that offers the callback may. */
  readonly to: string | null
  /** Name of the node that made the schedule. */
  readonly from: string
  /** Times at which the call is due. */
  readonly spec: ScheduleSpec
  /**
   * Cancels the schedule; a call that is running already is not interrupted.
   * @returns false when the schedule has ended, or was cancelled before
   */
  cancel: () => Promise<boolean>
}
