import { CronPattern } from 'croner'
import { z } from 'zod'
import { messageOf } from '../../core/errors.js'
import { parseSchedule, parseTimeZone } from '../../core/text/schedule.js'
import type { ScheduleSpec } from '../../core/plan/plan.js'
import { duration } from './quantities.js'

const interval = duration.refine((ms) => ms >= 1000, {
  message: 'must be a second or more',
  params: { code: 'DAFFI_BAD_INTERVAL' },
})

const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), {
  message: 'is not a time, such as 2026-11-23T08:00:00Z',
})

const cron = z.string().superRefine((text, context) => {
  try {
    parseSchedule({ cron: text })
    new CronPattern(text)
  } catch (error) {
    const message = `is not a cron expression: ${messageOf(error)}`
    context.addIssue({ code: 'custom', message, params: { code: 'DAFFI_BAD_CRON' } })
  }
})

const timeZone = z.string().superRefine((text, context) => {
  try {
    parseTimeZone(text)
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'is no time zone, such as Europe/Berlin',
      params: { code: 'DAFFI_BAD_SCHEDULE' },
    })
  }
})

/** Times at which a periodic call is made. */
export const schedule = z
  .strictObject({
    interval: interval.describe('Time between two calls, one second or more.').optional(),
    at: z
      .union([time, z.array(time).min(1)])
      .describe('One time or several, in ISO 8601, such as 2026-12-24T18:00:00Z.')
      .optional(),
    cron: cron.describe('Cron expression: five fields, or six with seconds first.').optional(),
    time_zone: timeZone.describe('Time zone of cron, such as Europe/Berlin; UTC when absent.').optional(),
  })
  .refine(({ time_zone: _, ...times }) => Object.keys(times).length === 1, {
    message: 'must have exactly one of interval, at and cron',
    params: { code: 'DAFFI_BAD_SCHEDULE' },
    when: ({ issues }) => issues.length === 0,
  })
  .refine(({ time_zone: zone, cron: text }) => zone === undefined || text !== undefined, {
    message: 'has a time_zone, which is for cron only',
    params: { code: 'DAFFI_BAD_SCHEDULE' },
    when: ({ issues }) => issues.length === 0,
  })
  .transform(({ interval: ms, time_zone: zone, ...others }): ScheduleSpec =>
    ms === undefined ? parseSchedule({ ...others, timeZone: zone }) : { intervalMs: ms },
  )
