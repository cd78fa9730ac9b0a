import { expect, test } from 'vitest'
import { parseDuration } from '../../src/runtime/core/duration.js'

test.each([
  // A number, and text without a unit, is seconds.
  [0, 0],
  [5, 5000],
  [0.25, 250],
  ['0', 0],
  ['5', 5000],
  ['1.5', 1500],
  ['500ms', 500],
  ['1 millisecond', 1],
  ['20 milliseconds', 20],
  ['5s', 5000],
  ['1 sec', 1000],
  ['2 secs', 2000],
  ['1 second', 1000],
  ['3 seconds', 3000],
  ['1m', 60_000],
  ['1 min', 60_000],
  ['2 mins', 120_000],
  ['1 minute', 60_000],
  ['1.2 minutes', 72_000],
  ['1h', 3_600_000],
  ['1 hour', 3_600_000],
  ['2 hours', 7_200_000],
  ['1d', 86_400_000],
  ['1 day', 86_400_000],
  ['2 days', 172_800_000],
  ['1m24s', 84_000],
  ['1m 24s', 84_000],
  ['1 hour 30 minutes', 5_400_000],
  ['1d1h1m1s1ms', 90_061_001],
  ['1s 2s', 3000],
  ['  5S  ', 5000],
  ['1 Minute', 60_000],
])('%j is %d ms', (value, ms) => {
  expect(parseDuration(value)).toBe(ms)
})

test.each([
  -1,
  -0.001,
  NaN,
  Infinity,
  -Infinity,
  '',
  '   ',
  's',
  'soon',
  '-5s',
  '-5',
  '+5',
  '5 weeks',
  '1,5s',
  '5s!',
  's5',
  '5s and 3ms',
  '1e3',
  '.5s',
  '5.s',
  'five seconds',
  '5 constructor',
  // Beyond what a number holds.
  '9'.repeat(400),
])('%j is no duration', (value) => {
  expect(() => parseDuration(value, 'timeout')).toThrow(
    expect.objectContaining({
      code: 'DAFFI_BAD_DURATION',
      message: `timeout: ${typeof value === 'number' ? value : `"${value}"`} is not a duration`,
      next: 'Write a number of seconds, or text such as 500ms, 5s, 1m24s or 1.2 minutes.',
    }),
  )
})
