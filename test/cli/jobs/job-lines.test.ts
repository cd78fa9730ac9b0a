import { expect, test } from 'vitest'
import { coloursFor } from '../../../src/cli/index.js'
import { jobLines } from '../../../src/cli/jobs/job-lines.js'

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
  expect(jobLines(job, coloursFor({ isTTY: false }))[0]).toContain('due 1970-01-01T00:00:00.000Z')
})
