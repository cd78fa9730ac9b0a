import * as call from '../../call/index.js'
import { isoTime } from '../../core/text/iso-time.js'
import type { PipelineVisit } from './pipeline-visit.js'

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
  /** Time of the next firing in ISO 8601; null when that is not known. */
  next: string | null
}

/** Lists the schedules of a pipeline that will fire again, the next one first. */
export async function listSchedules({ nc, pipeline }: PipelineVisit): Promise<ScheduleInfo[]> {
  const list = await call.listSchedules(nc, pipeline)
  return list.sort((a, b) => (a.next ?? Infinity) - (b.next ?? Infinity)).map(infoOf)
}

/**
 * Cancels a schedule.
 * @returns false when it has already ended
 * @throws DaffiError DAFFI_UNKNOWN_SCHEDULE
 */
export function cancelSchedule({ join }: PipelineVisit, uuid: string): Promise<boolean> {
  return join(async (g) => (await g.schedule(uuid)).cancel())
}

function infoOf({ uuid, callback, to, from, spec, next }: call.ListedSchedule): ScheduleInfo {
  const common = { uuid, callback, to, from, next: next === null ? null : isoTime(next) }
  if ('intervalMs' in spec) return { ...common, interval: spec.intervalMs / 1000 }
  return 'at' in spec ? { ...common, at: spec.at.map((time) => isoTime(time)) } : { ...common, ...spec }
}

/** Times at which a schedule fires, in words. */
export function scheduleText({
  interval,
  at,
  cron,
  timeZone = 'UTC',
}: Pick<ScheduleInfo, 'interval' | 'at' | 'cron' | 'timeZone'>): string {
  if (interval !== undefined) return `every ${interval} s`
  return at ? `at ${at.join(', ')}` : `cron ${cron ?? ''} (${timeZone})`
}
