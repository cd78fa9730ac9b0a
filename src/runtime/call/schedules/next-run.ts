import type { ScheduleSpec } from '../../core/plan/plan.js'

/**
 * Time when a schedule fires next, in milliseconds since 1970; null when that cannot be told.
 * @param began when it last fired by its interval, or was made
 */
export async function nextRun(
  spec: ScheduleSpec,
  began: number | undefined,
  now = Date.now(),
): Promise<number | null> {
  if ('at' in spec) return spec.at.find((time) => time > now) ?? null
  if ('intervalMs' in spec) {
    if (began === undefined) return null
    // Firings may be gone that no node has accepted.
    const passed = Math.floor(Math.max(0, now - began) / spec.intervalMs)
    return began + (passed + 1) * spec.intervalMs
  }
  return await nextOfCron(spec, now)
}

async function nextOfCron(
  { cron, timeZone = 'UTC' }: { cron: string; timeZone?: string },
  now: number,
): Promise<number | null> {
  // Loaded here: nodes need it only where somebody lists schedules.
  const { Cron } = await import('croner')
  try {
    return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date(now))?.getTime() ?? null
  } catch {
    // What the server has accepted, or somebody else has stored.
    return null
  }
}
