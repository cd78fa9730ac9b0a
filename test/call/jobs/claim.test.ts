import { expect, test } from 'vitest'
import { judgeClaim as judge } from '../../../src/runtime/call/jobs/store/claim.js'
import type { JobRecord } from '../../../src/runtime/call/jobs/store/job-record.js'

const judgeClaim = (record: JobRecord, sequence: number, isHeld: () => boolean, follows?: number): unknown =>
  judge({ record, revision: 5 }, { sequence, follows }, isHeld)

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

test('of several messages under one id, the one that its record was made for is free', () => {
  const accepted: JobRecord = { state: 'waiting', sequence: null, attempts: 0, due: 0 }
  const fresh = { state: 'free', redelivered: false, attempts: 0 }
  // No node has had the job, so it does not matter whose message comes first.
  expect([judgeClaim(accepted, 8, held, 5), judgeClaim(accepted, 8, held, 4)]).toEqual([fresh, fresh])
  const done: JobRecord = { state: 'done', value: 1, sequence: 7 }
  for (const record of [running, done, { state: 'cancelled', sequence: null } as const])
    expect(judgeClaim(record, 8, free, 4)).toEqual({ state: 'over' })
  // One that is run once more goes on from the record of its failure.
  expect(judgeClaim({ ...done, state: 'cancelled' }, 8, free, 5)).toEqual({ ...fresh, redelivered: true })
})
