import { expect, test } from 'vitest'
import type { ErrorCode } from '../../../src/runtime/core/error-codes.js'
import type { RestartPolicy } from '../../../src/runtime/core/plan/node-options.js'
import type { ModifierPlan } from '../../../src/runtime/core/plan/plan.js'
import { CallRestarts } from '../../../src/runtime/node/child/call-restarts.js'
import { restarts } from '../plans.js'

const error = (code: ErrorCode) => ({ code, message: 'failed' })

test.each<[ModifierPlan['kind'], RestartPolicy, ErrorCode, again: boolean]>([
  ['STREAM', 'on-failure', 'DAFFI_NO_RECEIVER', true],
  ['STREAM', 'on-failure', 'DAFFI_SERVER_LOST', true],
  ['STREAM', 'on-failure', 'DAFFI_TIMEOUT', true],
  ['STREAM', 'no', 'DAFFI_NO_RECEIVER', false],
  ['STREAM', 'on-failure', 'DAFFI_SOURCE_FAILED', false],
  ['STREAM', 'always', 'DAFFI_SOURCE_FAILED', true],
  ['STREAM', 'always', 'DAFFI_SOURCE_BAD_URL', false],
  ['STREAM', 'always', 'DAFFI_STREAM_FAILED', false],
  ['STREAM', 'always', 'DAFFI_STREAM_ARITY', false],
  ['STREAM', 'always', 'DAFFI_STREAM_MISMATCH', false],
  ['STREAM', 'always', 'DAFFI_REMOTE', false],
  ['PERIOD', 'on-failure', 'DAFFI_SERVER_LOST', true],
  ['FG', 'on-failure', 'DAFFI_NODE_DIED', true],
  ['FG', 'always', 'DAFFI_SERVER_LOST', false],
  ['FG', 'always', 'DAFFI_TIMEOUT', false],
  ['BG', 'always', 'DAFFI_REMOTE', false],
])('%s under %s, after %s: made again is %s', (kind, policy, code, again) => {
  expect(new CallRestarts(kind, restarts({ policy })).pauseAfter(error(code), 0)).toBe(
    again ? 200 : undefined,
  )
})

test('attempts are those of processes: as many in a row, and counted anew after it ran for long', () => {
  const call = new CallRestarts('STREAM', restarts({ policy: 'on-failure' }))
  const next = (ranMs: number) => call.pauseAfter(error('DAFFI_NO_RECEIVER'), ranMs)
  expect(Array.from({ length: 6 }, () => next(0))).toEqual([200, 400, 800, 1600, 3200, undefined])
  expect(next(60_000)).toBe(200)
})
