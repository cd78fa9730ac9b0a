import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deferred } from '../../../src/runtime/core/deferred.js'
import { aborted } from '../../../src/runtime/node/common/aborted.js'
import { drained } from '../../../src/runtime/node/common/drained.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Whether the promise has resolved by now. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  void promise.then(() => (done = true))
  await vi.advanceTimersByTimeAsync(0)
  return done
}

test('draining ends when everything has settled, and leaves no timer behind', async () => {
  const settled = deferred()
  const draining = drained(settled.promise)
  await vi.advanceTimersByTimeAsync(9_999)
  expect(await isDone(draining)).toBe(false)
  settled.resolve()
  expect(await isDone(draining)).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('draining ends after 10 s at the latest', async () => {
  const draining = drained(deferred().promise)
  await vi.advanceTimersByTimeAsync(9_999)
  expect(await isDone(draining)).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await isDone(draining)).toBe(true)
})

test('draining rejects with what it waits for', async () => {
  await expect(drained(Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(vi.getTimerCount()).toBe(0)
})

test('an abort is awaited, or has already happened', async () => {
  const controller = new AbortController()
  const waiting = aborted(controller.signal)
  expect(await isDone(waiting)).toBe(false)
  controller.abort()
  expect(await isDone(waiting)).toBe(true)
  expect(await isDone(aborted(controller.signal))).toBe(true)
})
