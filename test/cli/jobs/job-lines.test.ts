import { expect, test } from 'vitest'
import { coloursFor } from '../../../src/cli/index.js'
import { jobsTable, shownLines } from '../../../src/cli/jobs/job-lines.js'

test.each([
  ['running', 1, 0, ''],
  ['running', 2, 1, '  attempt 2 of 3'],
  ['waiting', 1, 2, '  after attempt 1 of 3'],
  ['failed', 3, 0, '  3 attempts'],
] as const)('a job that is %s says which of its attempts it has had', (state, attempts, left, text) => {
  const nobody = { to: null, from: null, node: null, letter: null, failures: [] }
  const times = { sent: 0, began: 0, ended: 0, due: null }
  const [line] = jobLines(
    { id: 'j', state, callback: 'f', attempts, left, ...nobody, ...times },
    coloursFor({ isTTY: false }),
  )
  expect(line?.replace(/^.*Z/, '')).toBe(text)
})

test('a time beyond the calendar, which others have made up, is shown as its beginning', () => {
  const nobody = { to: null, from: null, node: null, letter: null, failures: [] }
  const times = { sent: 1, began: null, ended: null, due: 9e15 }
  const job = { id: 'j', state: 'waiting' as const, callback: 'f', attempts: 0, left: 1, ...nobody, ...times }
  const colours = coloursFor({ isTTY: false })
  expect(jobsTable([job], colours, 0)[1]).toBe('j    waiting  f         due in 104166666d 16h')
  expect(shownLines({ ...job, args: [] }, colours)[0]).toContain('due 1970-01-01T00:00:00.000Z')
})

test('jobs stand in columns, and below one that failed its error', () => {
  const job = { to: null, from: null, letter: null, sent: 0, began: 0, due: null, left: 0 }
  const now = 75_000
  const failure = { time: 0, node: 'post', code: 'DAFFI_REMOTE', message: 'no way' }
  const jobs = [
    {
      ...job,
      id: 'order-17',
      state: 'failed' as const,
      callback: 'send',
      node: 'post',
      ended: 0,
      attempts: 2,
      failures: [failure],
    },
    {
      ...job,
      id: 'b',
      state: 'done' as const,
      callback: 'pay',
      node: 'till',
      ended: 0,
      attempts: 1,
      failures: [],
    },
  ]
  expect(jobsTable(jobs, coloursFor({ isTTY: false }), now)).toEqual([
    'JOB       STATE   CALLBACK      TIME',
    'order-17  failed  send on post  1m 15s ago  2 attempts',
    '  DAFFI_REMOTE no way',
    'b         done    pay on till   1m 15s ago',
  ])
})
