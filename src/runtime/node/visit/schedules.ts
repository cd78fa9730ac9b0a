import type { ScheduledTask } from '../../call/index.js'
import type { Plan } from '../../core/plan/plan.js'
import { withPipelineClient, type PipelineClientOptions } from './pipeline-client.js'

/** A schedule, with exactly one of `interval` (seconds), `at` (times in ISO 8601) and `cron`. */
export interface ScheduleInfo {
  uuid: string
  callback: string
  /** The node that runs the callback; null for any node that offers it. */
  to: string | null
  /** The node that made the schedule. */
  from: string
  interval?: number
  at?: string[]
  cron?: string
  /** Time zone of `cron`; absent for UTC. */
  timeZone?: string
}

/** Lists the schedules of a pipeline that will fire again. */
export function listSchedules(plan: Plan, options: PipelineClientOptions): Promise<ScheduleInfo[]> {
  return withPipelineClient(plan, options, async (g) => (await g.schedules()).map(infoOf))
}

/**
 * Cancels a schedule.
 * @returns false when it has already ended
 * @throws DaffiError DAFFI_UNKNOWN_SCHEDULE
 */
export function cancelSchedule(plan: Plan, uuid: string, options: PipelineClientOptions): Promise<boolean> {
  return withPipelineClient(plan, options, async (g) => (await g.schedule(uuid)).cancel())
}

function infoOf({ uuid, callback, to, from, spec }: ScheduledTask): ScheduleInfo {
  const common = { uuid, callback, to, from }
  if ('intervalMs' in spec) return { ...common, interval: spec.intervalMs / 1000 }
  return 'at' in spec
    ? { ...common, at: spec.at.map((time) => new Date(time).toISOString()) }
    : { ...common, ...spec }
}
