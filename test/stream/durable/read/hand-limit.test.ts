import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MIB } from '../../../../src/runtime/core/bytes.js'
import { HandLimit } from '../../../../src/runtime/stream/durable/read/hand-limit.js'

let slow: number
let limit: HandLimit

beforeEach(() => {
  vi.useFakeTimers()
  slow = 0
  limit = new HandLimit(() => slow++)
})
afterEach(() => {
  limit.close()
  vi.useRealTimers()
})

function process(count: number, ms: number): void {
  for (let n = 0; n < count; n++) {
    limit.begin()
    vi.advanceTimersByTime(ms)
    limit.end()
  }
}

test('a receiver has two chunks in hand until its callback has shown that it is quick', () => {
  expect(limit.value).toBe(2)
  process(1, 0)
  expect(limit.value).toBe(2)
  process(40, 0)
  expect(limit.value).toBe(128)
})

test('it has as many as its callback processes in 50 ms', () => {
  process(40, 5)
  expect(limit.value).toBe(9)
  process(40, 30)
  expect(limit.value).toBe(2)
  expect(slow).toBe(0)
})

test('a callback turns slow while it runs, and is slow until it has been quick for a while', () => {
  process(40, 0)
  limit.begin()
  vi.advanceTimersByTime(49)
  expect([limit.value, slow]).toEqual([128, 0])
  vi.advanceTimersByTime(1)
  expect([limit.value, slow]).toEqual([2, 1])
  limit.end()
  process(2, 0)
  expect(limit.value).toBe(2)
  expect(vi.getTimerCount()).toBe(0)
})

test('a callback that blocks its event loop is found slow when it returns', () => {
  process(40, 0)
  limit.begin()
  limit.close()
  vi.advanceTimersByTime(60)
  limit.end()
  expect([limit.value, slow]).toEqual([2, 1])
})

test('large chunks are few', () => {
  process(40, 0)
  limit.onBytes(4 * MIB)
  expect(limit.value).toBe(4)
  limit.onBytes(64 * MIB)
  expect(limit.value).toBe(2)
})
