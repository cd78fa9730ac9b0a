import type { ScheduledTask } from '../../call/index.js'
import type { Plan } from '../../core/plan.js'
import { visitPipeline, type VisitOptions } from './pipeline-client.js'

/** A schedule, with one of `interval` (seconds), `at` (times) and `cron`. */
export interface ScheduleInfo {
  uuid: string
  callback: string
  /** The one node that runs it; null for any that offers the callback. */
  to: string | null
  /** The node that made it. */
  from: string
  interval?: number
  at?: string[]
  cron?: string
}

/** The schedules of a pipeline that will fire again. */
export function listSchedules(plan: Plan, options: VisitOptions): Promise<ScheduleInfo[]> {
  return visitPipeline(plan, options, async (g) => (await g.schedules()).map(infoOf))
}

/**
 * @returns false for one that has ended
 * @throws DaffiError DAFFI_UNKNOWN_SCHEDULE
 */
export function cancelSchedule(plan: Plan, uuid: string, options: VisitOptions): Promise<boolean> {
  return visitPipeline(plan, options, async (g) => (await g.schedule(uuid)).cancel())
}

function infoOf({ uuid, callback, to, from, spec }: ScheduledTask): ScheduleInfo {
  const who = { uuid, callback, to, from }
  if ('intervalMs' in spec) return { ...who, interval: spec.intervalMs / 1000 }
  return 'at' in spec
    ? { ...who, at: spec.at.map((time) => new Date(time).toISOString()) }
    : { ...who, ...spec }
}
