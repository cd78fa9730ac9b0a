import { expect, test } from 'vitest'
import { RestartTracker } from '../../../../src/runtime/node/supervise/process/restart-tracker.js'
import { restarts } from '../../plans.js'

const crash = { errorCode: undefined, readyMs: 0 }

const trackerOf = (given: Record<string, unknown>) => new RestartTracker(restarts(given))

/** Pauses after so many crashes in a row; null where the crash was final. */
const pauses = (tracker: RestartTracker, count: number) =>
  Array.from({ length: count }, () => {
    const decision = tracker.decide(crash)
    return decision === 'failed' ? null : decision.restartInMs
  })

test.each([
  ['no', 'failed'],
  ['on-failure', { restartInMs: 200 }],
  ['always', { restartInMs: 200 }],
] as const)('restart: %s gives %o', (policy, decision) => {
  expect(trackerOf({ policy }).decide(crash)).toEqual(decision)
})

test.each<[given: Record<string, unknown>, (number | null)[]]>([
  [{ policy: 'on-failure' }, [200, 400, 800, 1600, 3200, null, null]],
  [{ attempts: 2, delay: '10ms' }, [10, 20, null, null]],
  [{ delay: '1s', maxDelay: '3s' }, [1000, 2000, 3000, 3000, 3000, null]],
  [{ delay: '1m', attempts: 2 }, [60_000, 60_000, null]],
  [{ policy: 'no', attempts: 3 }, [null]],
])('delays double up to a cap, and restarts in a row are counted: %o', (given, expected) => {
  expect(pauses(trackerOf(given), expected.length)).toEqual(expected)
})

test('a node that was ready for long starts the count again', () => {
  const tracker = trackerOf({ window: '1m' })
  pauses(tracker, 5)
  expect(tracker.decide({ ...crash, readyMs: 60_000 })).toEqual({ restartInMs: 200 })
  expect(tracker.decide({ ...crash, readyMs: 59_999 })).toEqual({ restartInMs: 400 })
})

test('an error that another start would meet again is not tried again', () => {
  const permanent = { ...crash, errorCode: 'DAFFI_MODULE_FAILED' }
  expect(trackerOf({}).decide(permanent)).toBe('failed')
  expect(trackerOf({ attempts: 0 }).decide(permanent)).toBe('failed')
  expect(trackerOf({ policy: 'always' }).decide(permanent)).toEqual({ restartInMs: 200 })
})

test.each([{ policy: 'always' }, { attempts: 0 }])(
  '%o never gives up, and its pauses grow to half a minute',
  (given) => {
    const all = pauses(trackerOf(given), 2000)
    expect(all).not.toContain(null)
    expect(all[0]).toBe(200)
    expect(all.at(-1)).toBe(30_000)
  },
)

test('a name that another one has had from the start is not waited for, one that was lost is', () => {
  const taken = { ...crash, errorCode: 'DAFFI_DUPLICATE_NAME' }
  expect(trackerOf({ policy: 'always' }).decide(taken)).toBe('failed')
  const tracker = trackerOf({ policy: 'always' })
  tracker.decide({ ...crash, readyMs: 1 })
  expect(tracker.decide(taken)).not.toBe('failed')
})
