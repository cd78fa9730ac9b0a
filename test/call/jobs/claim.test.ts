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
  expect(judgeClaim(running, 7, free)).toEqual({ state: 'free', redelivered: true, attempts: 0 })
  const third: JobRecord = { ...running, attempts: 2 }
  expect(judgeClaim(third, 7, free)).toEqual({ state: 'free', redelivered: true, attempts: 2 })
})

test('a job whose attempt has failed is free when it is due again, and not before', () => {
  const waiting: JobRecord = { state: 'waiting', sequence: 7, attempts: 1, due: Date.now() - 1 }
  expect(judgeClaim(waiting, 7, held)).toEqual({ state: 'free', redelivered: true, attempts: 1 })
  const early = judgeClaim({ ...waiting, due: Date.now() + 1000 }, 7, held)
  expect(early).toEqual({ state: 'early', ms: expect.closeTo(1000, -2) as number })
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
    expect(judgeClaim(record, 8, held)).toEqual({ state: 'free', redelivered: false, attempts: 0 })
})
