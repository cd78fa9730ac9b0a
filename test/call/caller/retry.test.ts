import { expect, test } from 'vitest'
import { RemoteError } from '../../../src/runtime/call/api/remote-error.js'
import type { RetryOptions } from '../../../src/runtime/call/api/modifiers.js'
import { withRetries } from '../../../src/runtime/call/caller/retry.js'
import { DaffiError } from '../../../src/runtime/core/errors.js'

const timeout = new DaffiError('DAFFI_TIMEOUT', 'too late')
const remote = (code: string): RemoteError =>
  new RemoteError({ name: 'Error', message: 'broken', code, stack: undefined, node: 'worker' })

/** Counts the attempts at a call that fails with these errors, one after the other, and then succeeds. */
async function attempt(errors: Error[], options: RetryOptions, signal?: AbortSignal): Promise<unknown[]> {
  let attempts = 0
  const run = async (): Promise<string> => {
    const error = errors[attempts++]
    if (error) throw error
    return 'value'
  }
  const result = await withRetries(run, { delay: 0, ...options }, signal).catch((error: unknown) => error)
  return [result, attempts]
}

test('a call is repeated until it succeeds, or the attempts are used up', async () => {
  expect(await attempt([], { attempts: 3 })).toEqual(['value', 1])
  expect(await attempt([timeout, timeout], { attempts: 3 })).toEqual(['value', 3])
  expect(await attempt([timeout, timeout], { attempts: 2 })).toEqual([timeout, 2])
})

test('a call that is wrong in itself is not repeated', async () => {
  const wrong = new DaffiError('DAFFI_ARGUMENT_COUNT', 'one too many')
  expect(await attempt([timeout, wrong], { attempts: 5 })).toEqual([wrong, 2])
})

test('codes choose the errors that are worth another attempt, a remote error by its own code too', async () => {
  const on = ['DAFFI_TIMEOUT', 'EAGAIN']
  expect(await attempt([timeout, remote('EAGAIN')], { attempts: 5, on })).toEqual(['value', 3])
  const other = remote('EIO')
  expect(await attempt([other], { attempts: 5, on })).toEqual([other, 1])
  const foreign = new Error('not of daffi')
  expect(await attempt([foreign], { attempts: 5, on })).toEqual([foreign, 1])
  expect(await attempt([foreign], { attempts: 5 })).toEqual(['value', 2])
})

test('a pause ends when the call is given up', async () => {
  const signal = AbortSignal.abort()
  const [error, attempts] = await attempt([timeout], { attempts: 2, delay: '1h' }, signal)
  expect(error).toMatchObject({ code: 'DAFFI_ABORTED' })
  expect(attempts).toBe(1)
})

test.each([0, 1.5, NaN])('%d attempts are refused', async (attempts) => {
  expect(await attempt([], { attempts })).toMatchObject([{ code: 'DAFFI_USAGE' }, 0])
})
