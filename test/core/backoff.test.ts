import { expect, test } from 'vitest'
import { backoffMs } from '../../src/runtime/core/backoff.js'

const pauses = (...args: [Parameters<typeof backoffMs>[0], chance?: number]): number[] =>
  [0, 1, 2, 3, 4, 5].map((failures) => backoffMs(args[0], failures, args[1]))

test('each pause is longer than the one before, up to the longest', () => {
  expect(pauses({ firstMs: 100, factor: 2 })).toEqual([100, 200, 400, 800, 1600, 3200])
  expect(pauses({ firstMs: 250, factor: 2, maxMs: 1000 })).toEqual([250, 500, 1000, 1000, 1000, 1000])
  expect(pauses({ firstMs: 40, factor: 1 })).toEqual([40, 40, 40, 40, 40, 40])
  expect(pauses({ firstMs: 100, factor: 1.5 })).toEqual([100, 150, 225, 338, 506, 759])
})

test('the first pause does not exceed the longest either', () => {
  expect(backoffMs({ firstMs: 500, factor: 2, maxMs: 200 }, 0)).toBe(200)
})

test('after many failures it is the longest pause still', () => {
  expect(backoffMs({ firstMs: 100, factor: 2, maxMs: 10_000 }, 5000)).toBe(10_000)
})

test('jitter makes a pause shorter or longer by its share', () => {
  const backoff = { firstMs: 1000, factor: 2, maxMs: 2000, jitter: 0.2 }
  expect(backoffMs(backoff, 0, 0)).toBe(800)
  expect(backoffMs(backoff, 0, 0.5)).toBe(1000)
  expect(backoffMs(backoff, 0, 1)).toBe(1200)
  // The longest pause varies, too: else all that have reached it retry at the same moment.
  expect(backoffMs(backoff, 9, 1)).toBe(2400)
})

test('the chance is drawn anew for each pause', () => {
  const drawn = Array.from({ length: 100 }, () => backoffMs({ firstMs: 1000, factor: 1, jitter: 0.2 }, 0))
  expect(drawn.every((ms) => ms >= 800 && ms <= 1200)).toBe(true)
  expect(new Set(drawn).size).toBeGreaterThan(1)
})
