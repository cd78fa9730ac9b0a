import { expect, test } from 'vitest'
import { childEnv } from '../../../../src/runtime/node/supervise/process/child-env.js'
import { describeExit, diedByItself } from '../../../../src/runtime/node/supervise/process/child-exit.js'

test.each([
  [{ pid: 7, exitCode: 3, signal: null }, 'ended with exit code 3'],
  [{ pid: 7, exitCode: 0, signal: null }, 'ended by itself, with exit code 0'],
  [{ pid: 7, exitCode: null, signal: 'SIGKILL' }, 'was killed by SIGKILL'],
  [{ pid: undefined, exitCode: null, signal: null }, 'could not be started'],
] as const)('%o', (exit, text) => {
  expect(describeExit(exit)).toBe(text)
})

test.each([
  [{ exitCode: 3, signal: null }, true],
  [{ exitCode: null, signal: 'SIGSEGV' }, true],
  [{ exitCode: 0, signal: null }, false],
  [{ exitCode: null, signal: 'SIGKILL', cause: 'was killed, since its run was ended by force' }, false],
  [{ exitCode: null, signal: null }, false],
] as const)('%o died by itself: %s', (exit, byItself) => {
  expect(diedByItself({ pid: 7, ...exit })).toBe(byItself)
})

test("a node has the user's environment without the server's secrets, and its own values in place of the user's", () => {
  const env = childEnv({ HOME: '/home/me', WHO: 'me', NATS_TOKEN: 'kept from it' }, { WHO: 'worker' })
  expect(env).toEqual({ HOME: '/home/me', WHO: 'worker' })
})
