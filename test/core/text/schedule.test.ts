import { expect, test } from 'vitest'
import { parseSchedule, type ScheduleOptions } from '../../../src/runtime/core/text/schedule.js'

const refusal = (options: ScheduleOptions): unknown => {
  try {
    return parseSchedule(options)
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return [code, message]
  }
}

test.each([
  [1, 1000],
  [1.5, 1500],
  [1.0004, 1000],
  ['1s', 1000],
  ['1000 ms', 1000],
  ['1m24s', 84_000],
  ['2 days', 172_800_000],
])('interval %j is %d ms', (interval, intervalMs) => {
  expect(parseSchedule({ interval })).toStrictEqual({ intervalMs })
})

test.each([0, 0.999, -1, NaN, Infinity, '999ms', '0'])('interval %j is too short, or none', (interval) => {
  expect(refusal({ interval })).toEqual([
    'DAFFI_BAD_INTERVAL',
    `interval is ${interval}; it must be a second or more`,
  ])
})

test('an interval that is no duration', () => {
  expect(refusal({ interval: 'often' })).toEqual([
    'DAFFI_BAD_DURATION',
    expect.stringContaining('interval: "often" is not a duration'),
  ])
})

test('times: one or several, as text or Date; sorted, each once', () => {
  const [early, late] = ['2026-11-23T08:00:00Z', '2026-11-24T08:00:00+01:00']
  expect(parseSchedule({ at: early })).toStrictEqual({ at: [Date.UTC(2026, 10, 23, 8)] })
  expect(parseSchedule({ at: new Date(early) })).toStrictEqual({ at: [Date.UTC(2026, 10, 23, 8)] })
  expect(parseSchedule({ at: [late, new Date(early), early] })).toStrictEqual({
    at: [Date.UTC(2026, 10, 23, 8), Date.UTC(2026, 10, 24, 7)],
  })
})

test('times that cannot be read, and none', () => {
  const bad = (at: ScheduleOptions['at'], text: string): void =>
    expect(refusal({ at })).toEqual([
      'DAFFI_BAD_SCHEDULE',
      `${text} is not a time, such as 2026-11-23T08:00:00Z`,
    ])
  bad('soon', 'soon')
  bad(['2026-11-23T08:00:00Z', '2026-13-01'], '2026-13-01')
  bad(new Date(NaN), 'Invalid Date')
  expect(refusal({ at: [] })).toEqual(['DAFFI_BAD_SCHEDULE', 'at has no times'])
})

test('cron of six fields, or of five that get 0 for their seconds', () => {
  expect(parseSchedule({ cron: '*/10 * * * * *' })).toStrictEqual({ cron: '*/10 * * * * *' })
  expect(parseSchedule({ cron: '  30 8  * *\t1-5 ' })).toStrictEqual({ cron: '0 30 8 * * 1-5' })
})

test.each([
  ['', 1],
  ['* * *', 3],
  ['* * * *', 4],
  ['0 0 8 * * 1 2026', 7],
])('cron %j has %d fields', (cron, fields) => {
  expect(refusal({ cron })).toEqual([
    'DAFFI_BAD_CRON',
    `"${cron}" has ${fields} fields; cron has five, or six with seconds`,
  ])
})

test('exactly one of interval, at and cron is given', () => {
  const rule = 'PERIOD takes exactly one of interval, at and cron'
  expect(refusal({})).toEqual(['DAFFI_BAD_SCHEDULE', `${rule}; none is given`])
  expect(refusal({ interval: 1, at: undefined, cron: '* * * * *' })).toEqual([
    'DAFFI_BAD_SCHEDULE',
    `${rule}; 2 are given`,
  ])
  expect(refusal({ interval: 1, at: [], cron: '* * * * *' })).toEqual([
    'DAFFI_BAD_SCHEDULE',
    `${rule}; 3 are given`,
  ])
})
