import { expect, test } from 'vitest'
import { MAX_RESTARTS, RestartJudge } from '../../../src/runtime/node/supervise/restart-tracker.js'

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
] as const)('restart: %s, after %o', (policy, exit, verdict) => {
  expect(new RestartJudge(policy).judge(exit)).toEqual(verdict)
})

test('delays double, up to a cap on restarts in a row', () => {
  const judge = new RestartJudge('on-failure')
  const verdicts = Array.from({ length: MAX_RESTARTS + 1 }, () => judge.judge(crash))
  expect(verdicts).toEqual(
    [200, 400, 800, 1600, 3200].map((restartInMs) => ({ restartInMs })).concat(['failed'] as never),
  )
})

test('a node that was ready for long starts the count again', () => {
  const judge = new RestartJudge('on-failure')
  for (let n = 0; n < MAX_RESTARTS; n++) judge.judge(crash)
  expect(judge.judge({ ...crash, readyMs: 60_000 })).toEqual({ restartInMs: 200 })
})

test('what another start would only meet again is not tried again', () => {
  const judge = new RestartJudge('always')
  expect(judge.judge({ ...crash, errorCode: 'DAFFI_MODULE_FAILED' })).toBe('failed')
})
