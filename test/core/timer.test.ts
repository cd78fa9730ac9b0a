import { getEventListeners } from 'node:events'
import { beforeEach, expect, test, vi } from 'vitest'
import { sleep, startTimer } from '../../src/runtime/core/timer.js'

const DAY_MS = 86_400_000

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

test.each([1000, 24 * DAY_MS, 25 * DAY_MS, 60 * DAY_MS])(
  'a timer of %d ms fires then, and not before',
  (ms) => {
    const onTime = vi.fn()
    startTimer(ms, onTime)
    vi.advanceTimersByTime(ms - 1)
    expect(onTime).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onTime).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  },
)

test.each([1000, 30 * DAY_MS])('a timer of %d ms can be cancelled, and started again', (ms) => {
  const onTime = vi.fn()
  const cancelled = startTimer(ms, onTime)
  vi.advanceTimersByTime(ms - 1)
  cancelled.cancel()
  expect(vi.getTimerCount()).toBe(0)
  const again = startTimer(ms, onTime)
  vi.advanceTimersByTime(ms - 1)
  again.refresh()
  vi.advanceTimersByTime(ms - 1)
  expect(onTime).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(onTime).toHaveBeenCalledOnce()
})

test('a sleep ends at its time, or with the reason of the signal; nothing is left of it', async () => {
  const { signal } = new AbortController()
  const asleep = sleep(30 * DAY_MS, signal)
  await vi.advanceTimersByTimeAsync(30 * DAY_MS)
  await asleep
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const abort = new AbortController()
  const reason = new Error('enough')
  const woken = expect(sleep(30 * DAY_MS, abort.signal)).rejects.toBe(reason)
  abort.abort(reason)
  await woken
  await expect(sleep(1, abort.signal)).rejects.toBe(reason)
  expect(vi.getTimerCount()).toBe(0)
})
