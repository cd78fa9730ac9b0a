import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MIB } from '../../../../src/runtime/core/bytes.js'
import { HandLimit } from '../../../../src/runtime/stream/durable/read/hand-limit.js'

let stuck: number
let groupSize: number | undefined
let limit: HandLimit

beforeEach(() => {
  vi.useFakeTimers()
  stuck = 0
  groupSize = undefined
  limit = new HandLimit(
    () => groupSize,
    () => stuck++,
  )
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

test('a callback has to show that it is quick, until there are 128 chunks in hand', () => {
  expect(limit.value).toBe(2)
  process(1, 0)
  expect(limit.value).toBe(3)
  process(200, 0)
  expect(limit.value).toBe(128)
})

test('there are as many as the callback processes in 50 ms', () => {
  process(100, 5)
  expect(limit.value).toBe(10)
  process(200, 30)
  expect(limit.value).toBe(2)
  expect(stuck).toBe(0)
})

test('one chunk that is held up hands back nothing, slow ones do', () => {
  process(200, 0)
  process(1, 200)
  expect(limit.isTooMuch(127)).toBe(false)
  process(1, 200)
  expect(limit.isTooMuch(126)).toBe(true)
  expect(stuck).toBe(0)
})

test('a callback is stuck while it runs for too long, and has to show again that it is quick', () => {
  process(200, 0)
  limit.begin()
  vi.advanceTimersByTime(249)
  expect([limit.value, limit.isStuck, stuck]).toEqual([128, false, 0])
  vi.advanceTimersByTime(1)
  expect([limit.value, limit.isStuck, stuck]).toEqual([2, true, 1])
  limit.end()
  process(2, 0)
  expect([limit.value, limit.isStuck, stuck]).toEqual([3, false, 1])
  expect(vi.getTimerCount()).toBe(0)
})

test('a callback that blocks its event loop is found stuck when it returns', () => {
  process(200, 0)
  limit.begin()
  // As if no timer could fire.
  limit.close()
  vi.advanceTimersByTime(300)
  limit.end()
  expect([limit.value, stuck]).toEqual([2, 1])
})

test('large chunks are few', () => {
  process(200, 0)
  limit.onBytes(4 * MIB)
  expect(limit.value).toBe(4)
  limit.onBytes(64 * MIB)
  expect(limit.value).toBe(2)
})

test('a callback that gets groups has two of them in hand, however quick it is, or was', () => {
  process(200, 0)
  groupSize = 3
  expect([limit.least, limit.value]).toEqual([6, 6])
  process(200, 300)
  expect([limit.value, limit.isTooMuch(127), stuck]).toEqual([6, false, 0])
  groupSize = 1000
  limit.onBytes(4 * MIB)
  expect(limit.value).toBe(2000)
  expect(vi.getTimerCount()).toBe(0)
})
