import { parseDuration, type Duration } from '../duration.js'
import { DaffiError } from '../errors.js'
import type { ScheduleSpec } from '../plan/plan.js'

/** Times at which a periodic call is due. Exactly one of `interval`, `at` and `cron` must be given. */
export interface ScheduleOptions {
  /** Pause from one call to the next, a second or more; a number is **seconds**. */
  interval?: Duration | undefined
  /** One time or several; text is anything that `new Date()` reads, such as `2026-11-23T08:00:00Z`. */
  at?: Date | string | readonly (Date | string)[] | undefined
  /** Cron expression: five fields, or six with seconds first. */
  cron?: string | undefined
  /** Time zone of `cron`, such as `Europe/Berlin`. @default UTC */
  timeZone?: string | undefined
}

/** Shortest interval that nats-server accepts. */
const MIN_INTERVAL_MS = 1000

/**
 * Checks the options and converts them to milliseconds and a cron expression of six fields.
 * @throws DaffiError DAFFI_BAD_SCHEDULE, DAFFI_BAD_INTERVAL, DAFFI_BAD_CRON, DAFFI_BAD_DURATION
 */
export function parseSchedule({ interval, at, cron, timeZone }: ScheduleOptions): ScheduleSpec {
  const given = [interval, at, cron].filter((each) => each !== undefined).length
  if (given !== 1) {
    const found = given === 0 ? 'none is given' : `${given} are given`
    throw new DaffiError('DAFFI_BAD_SCHEDULE', `PERIOD takes exactly one of interval, at and cron; ${found}`)
  }
  if (cron !== undefined)
    return { cron: parseCron(cron), ...(timeZone !== undefined && { timeZone: parseTimeZone(timeZone) }) }
  if (timeZone !== undefined)
    throw new DaffiError('DAFFI_BAD_SCHEDULE', 'a time zone is for cron only; times in at have their own')
  return interval === undefined ? { at: parseTimes(at ?? []) } : { intervalMs: parseInterval(interval) }
}

/** @throws DaffiError DAFFI_BAD_SCHEDULE */
export function parseTimeZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch (error) {
    throw new DaffiError('DAFFI_BAD_SCHEDULE', `"${timeZone}" is no time zone, such as Europe/Berlin`, {
      cause: error,
    })
  }
  // Offsets, which are time zones here, are none for the server.
  if (!/^[+-]/.test(timeZone)) return timeZone
  throw new DaffiError(
    'DAFFI_BAD_SCHEDULE',
    `"${timeZone}" is an offset; name a time zone, such as Etc/GMT-2`,
  )
}

function parseInterval(interval: Duration): number {
  const ms = typeof interval === 'number' ? interval * 1000 : parseDuration(interval, 'interval')
  if (ms < MIN_INTERVAL_MS || !Number.isFinite(ms)) {
    throw new DaffiError('DAFFI_BAD_INTERVAL', `interval is ${interval}; it must be a second or more`)
  }
  return Math.round(ms)
}

function parseTimes(at: NonNullable<ScheduleOptions['at']>): number[] {
  const times = (typeof at === 'string' || at instanceof Date ? [at] : at).map((time) => {
    const ms = new Date(time).getTime()
    if (!Number.isNaN(ms)) return ms
    throw new DaffiError('DAFFI_BAD_SCHEDULE', `${String(time)} is not a time, such as 2026-11-23T08:00:00Z`)
  })
  if (times.length === 0) throw new DaffiError('DAFFI_BAD_SCHEDULE', 'at has no times')
  return [...new Set(times)].sort((a, b) => a - b)
}

/** Expression of six fields, seconds first; a missing one becomes 0. The values are checked elsewhere: by croner or the server. */
function parseCron(cron: string): string {
  const fields = cron.trim().split(/\s+/)
  if (fields.length === 6) return fields.join(' ')
  if (fields.length === 5) return ['0', ...fields].join(' ')
  throw new DaffiError(
    'DAFFI_BAD_CRON',
    `"${cron}" has ${fields.length} fields; cron has five, or six with seconds`,
  )
}
