import { expect, test } from 'vitest'
import { MAX_RESTARTS } from '../../../src/runtime/node/common/restart-counter.js'
import { RestartTracker } from '../../../src/runtime/node/supervise/restart-tracker.js'

const crash = { exitCode: 1, errorCode: undefined, readyMs: 0 }
const killed = { exitCode: null, errorCode: undefined, readyMs: 0 }
const clean = { exitCode: 0, errorCode: undefined, readyMs: 100 }

test.each([
  ['no', clean, 'stopped'],
  ['no', crash, 'failed'],
  ['no', killed, 'failed'],
  ['on-failure', clean, 'stopped'],
  ['on-failure', crash, { restartInMs: 200 }],
  ['on-failure', killed, { restartInMs: 200 }],
  ['always', clean, { restartInMs: 200 }],
  ['always', crash, { restartInMs: 200 }],
] as const)('restart: %s, after %o', (policy, exit, decision) => {
  expect(new RestartTracker(policy).decide(exit)).toEqual(decision)
})

test('delays double, up to a cap on restarts in a row', () => {
  const tracker = new RestartTracker('on-failure')
  const decisions = Array.from({ length: MAX_RESTARTS + 1 }, () => tracker.decide(crash))
  expect(decisions).toEqual(
    [200, 400, 800, 1600, 3200].map((restartInMs) => ({ restartInMs })).concat(['failed'] as never),
  )
})

test('a node that was ready for long starts the count again', () => {
  const tracker = new RestartTracker('on-failure')
  for (let n = 0; n < MAX_RESTARTS; n++) tracker.decide(crash)
  expect(tracker.decide({ ...crash, readyMs: 60_000 })).toEqual({ restartInMs: 200 })
})

test('an error that another start would meet again is not tried again', () => {
  const tracker = new RestartTracker('always')
  expect(tracker.decide({ ...crash, errorCode: 'DAFFI_MODULE_FAILED' })).toBe('failed')
})
