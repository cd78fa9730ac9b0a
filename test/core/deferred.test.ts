import { expect, test, vi } from 'vitest'
import { deferred, Wakeup } from '../../src/runtime/core/deferred.js'

test('a deferred promise settles once, as it is told first', async () => {
  const resolved = deferred<number>()
  resolved.resolve(1)
  resolved.resolve(2)
  resolved.reject(new Error('too late'))
  await expect(resolved.promise).resolves.toBe(1)
  const rejected = deferred()
  const reason = new Error('first')
  rejected.reject(reason)
  rejected.resolve()
  await expect(rejected.promise).rejects.toBe(reason)
})

test('notify wakes all who wait, and nobody who waits later', async () => {
  const wakeup = new Wakeup()
  wakeup.notify()
  const woken = [vi.fn(), vi.fn(), vi.fn()]
  const first = [wakeup.wait().then(woken[0]), wakeup.wait().then(woken[1])]
  await Promise.resolve()
  expect(woken[0]).not.toHaveBeenCalled()
  wakeup.notify()
  const later = wakeup.wait().then(woken[2])
  await Promise.all(first)
  expect(woken[2]).not.toHaveBeenCalled()
  wakeup.notify()
  await later
  expect(woken.map((each) => each.mock.calls.length)).toEqual([1, 1, 1])
})
