import { expect, test } from 'vitest'
import { coloursFor } from '../../../src/cli/index.js'
import { jobLines } from '../../../src/cli/jobs/job-lines.js'

test('a time beyond the calendar, which others have made up, is shown as its beginning', () => {
  const nobody = { to: null, from: null, node: null, letter: null, failures: [] }
  const times = { sent: 1, began: null, ended: null, due: 9e15 }
  const job = { id: 'j', state: 'waiting' as const, callback: 'f', attempts: 0, left: 1, ...nobody, ...times }
  expect(jobLines(job, coloursFor({ isTTY: false }))[0]).toContain('due 1970-01-01T00:00:00.000Z')
})
