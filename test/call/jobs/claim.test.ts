import { expect, test } from 'vitest'
import { judgeClaim } from '../../../src/runtime/call/jobs/claim.js'
import type { JobRecord } from '../../../src/runtime/call/jobs/job-record.js'

const holder = { node: 'worker', incarnation: 'w1' }
const running: JobRecord = { state: 'running', sequence: 7, ...holder }
const held = (): boolean => true
const free = (): boolean => false

test('a job whose holder has it in hand is held', () => {
  expect(judgeClaim(running, 7, held)).toEqual({ state: 'held', by: running })
})

test('a job whose holder is gone is free, and was delivered before', () => {
  expect(judgeClaim(running, 7, free)).toEqual({ state: 'free', redelivered: true })
})

test.each<JobRecord>([
  { state: 'done', value: 1, sequence: 7 },
  { state: 'cancelled', sequence: 7 },
  { state: 'cancelled', sequence: null },
  { state: 'done', sequence: 7, parts: { subject: 'parts', bytes: 9, partBytes: 6 } },
])('a job that has ended is over: %j', (record) => {
  expect(judgeClaim(record, 7, free)).toEqual({ state: 'over' })
})

test('a later firing of a schedule is free, whatever became of the one before', () => {
  for (const record of [running, { state: 'done', value: 1, sequence: 7 } as const])
    expect(judgeClaim(record, 8, held)).toEqual({ state: 'free', redelivered: false })
})
