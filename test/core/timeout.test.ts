import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { abortError } from '../../src/runtime/core/abort.js'
import { bounded, formatMs } from '../../src/runtime/core/timeout.js'
import { deferred } from '../../src/runtime/core/deferred.js'
import { DaffiError } from '../../src/runtime/core/errors.js'

const what = 'waiting for process2'

beforeEach(() => {
  vi.useFakeTimers()
  return () => vi.useRealTimers()
})

/** No timer and no listener is left, whatever happened. */
const signals: AbortSignal[] = []
const controller = (): AbortController => {
  const made = new AbortController()
  signals.push(made.signal)
  return made
}
afterEach(() => {
  for (const signal of signals.splice(0)) expect(getEventListeners(signal, 'abort')).toEqual([])
})

const expectNoTimers = (): void => expect(vi.getTimerCount()).toBe(0)

test('settles as the promise does', async () => {
  const { signal } = controller()
  await expect(bounded(Promise.resolve(7), { timeoutMs: 100, signal, what })).resolves.toBe(7)
  expectNoTimers()
  const reason = new Error('its own')
  await expect(bounded(Promise.reject(reason), { timeoutMs: 100, signal, what })).rejects.toBe(reason)
  expectNoTimers()
})

test('a promise that settles later, within the limits', async () => {
  const { promise, resolve } = deferred<string>()
  const { signal } = controller()
  const result = bounded(promise, { timeoutMs: 100, signal, what })
  await vi.advanceTimersByTimeAsync(99)
  resolve('in time')
  await expect(result).resolves.toBe('in time')
  expectNoTimers()
})

test('rejects when the time is over, and not before', async () => {
  const { signal } = controller()
  const settled = vi.fn()
  const result = bounded(deferred().promise, { timeoutMs: 1500, signal, what })
  const seen = result.catch(settled)
  await vi.advanceTimersByTimeAsync(1499)
  expect(settled).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await seen
  expect(settled).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: 'DAFFI_TIMEOUT', message: 'waiting for process2: nothing after 1.5 s' }),
  )
  expectNoTimers()
})

test.each([0, undefined])('timeoutMs %s is no limit', async (timeoutMs) => {
  const { promise, resolve } = deferred<number>()
  const result = bounded(promise, { ...(timeoutMs === undefined ? {} : { timeoutMs }), what })
  expectNoTimers()
  await vi.advanceTimersByTimeAsync(1e9)
  resolve(1)
  await expect(result).resolves.toBe(1)
})

test('rejects at once when the signal is aborted already, even if the promise is settled', async () => {
  const aborting = controller()
  aborting.abort()
  const { signal } = aborting
  const result = bounded(Promise.resolve(7), { timeoutMs: 100, signal, what })
  await expect(result).rejects.toMatchObject({
    code: 'DAFFI_ABORTED',
    message: 'waiting for process2: cancelled',
    cause: signal.reason as unknown,
  })
  expectNoTimers()
})

test('rejects when the signal aborts meanwhile', async () => {
  const aborting = controller()
  const result = bounded(deferred().promise, { timeoutMs: 100, signal: aborting.signal, what })
  const seen = expect(result).rejects.toMatchObject({ code: 'DAFFI_ABORTED' })
  await vi.advanceTimersByTimeAsync(50)
  aborting.abort()
  await seen
  expectNoTimers()
})

test('an error of daffi that the signal was aborted with is what it rejects with', async () => {
  const aborting = controller()
  const reason = new DaffiError('DAFFI_CLOSED', 'the node leaves')
  const result = bounded(deferred().promise, { signal: aborting.signal, what })
  aborting.abort(reason)
  await expect(result).rejects.toBe(reason)
  expect(abortError(aborting.signal, what)).toBe(reason)
})

test('what comes after the limit is ignored: a value, an error, an abort', async () => {
  const aborting = controller()
  const late = [deferred<number>(), deferred<number>()]
  const results = late.map(({ promise }) =>
    bounded(promise, { timeoutMs: 10, signal: aborting.signal, what }),
  )
  const seen = Promise.all(
    results.map((result) => expect(result).rejects.toMatchObject({ code: 'DAFFI_TIMEOUT' })),
  )
  await vi.advanceTimersByTimeAsync(10)
  await seen
  late[0]?.resolve(1)
  late[1]?.reject(new Error('too late'))
  aborting.abort()
  await vi.advanceTimersByTimeAsync(10)
})

test.each([
  [0, '0 ms'],
  [0.4, '0 ms'],
  [250, '250 ms'],
  [999, '999 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [1549, '1.5 s'],
  [90_000, '90 s'],
])('%d ms for people: %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text)
})
