import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RunClock } from '../../../src/runtime/node/supervise/run-clock.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function watched(durationMs: number | undefined): { clock: RunClock; expired: () => boolean } {
  const clock = new RunClock(durationMs)
  let expired = false
  void clock.expired.then(() => (expired = true))
  return { clock, expired: () => expired }
}

test('the duration counts from the first start', async () => {
  const { clock, expired } = watched(1000)
  await vi.advanceTimersByTimeAsync(5000)
  expect(expired()).toBe(false)
  clock.start()
  await vi.advanceTimersByTimeAsync(900)
  clock.start()
  await vi.advanceTimersByTimeAsync(99)
  expect(expired()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(expired()).toBe(true)
})

test('a run without a duration has no timer', () => {
  const { clock } = watched(undefined)
  clock.start()
  expect(vi.getTimerCount()).toBe(0)
})

test('a clock that is cancelled never expires', async () => {
  const { clock, expired } = watched(1000)
  clock.start()
  clock.cancel()
  await vi.advanceTimersByTimeAsync(2000)
  expect(expired()).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})

test('a limit may be longer than the longest timer of JavaScript', async () => {
  const limitMs = 30 * 86_400_000
  const expired = vi.fn()
  const clock = new RunClock(limitMs)
  void clock.expired.then(expired)
  clock.start()
  await vi.advanceTimersByTimeAsync(limitMs - 1)
  expect(expired).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(expired).toHaveBeenCalledOnce()
})
