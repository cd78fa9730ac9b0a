import { expect, test } from 'vitest'
import { MAX_RESTARTS } from '../../../src/runtime/node/common/restart-counter.js'
import { RestartTracker } from '../../../src/runtime/node/supervise/restart-tracker.js'

const crash = { errorCode: undefined, readyMs: 0 }

test.each([
  ['no', 'failed'],
  ['on-failure', { restartInMs: 200 }],
  ['always', { restartInMs: 200 }],
] as const)('restart: %s gives %o', (policy, decision) => {
  expect(new RestartTracker(policy).decide(crash)).toEqual(decision)
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
  const tracker = new RestartTracker('on-failure')
  expect(tracker.decide({ ...crash, errorCode: 'DAFFI_MODULE_FAILED' })).toBe('failed')
})

test('always never gives up, and its pauses grow to half a minute', () => {
  const tracker = new RestartTracker('always')
  const decisions = Array.from({ length: 20 }, () =>
    tracker.decide({ ...crash, errorCode: 'DAFFI_MODULE_FAILED' }),
  )
  expect(decisions).not.toContain('failed')
  expect(decisions[0]).toEqual({ restartInMs: 200 })
  expect(decisions.at(-1)).toEqual({ restartInMs: 30_000 })
})
