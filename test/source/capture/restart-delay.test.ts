import { expect, test } from 'vitest'
import { restartDelayMs } from '../../../src/runtime/source/capture/restart-delay.js'

test('delays double up to ten seconds', () => {
  const delays = Array.from({ length: 8 }, (_, restarts) => restartDelayMs(restarts, 0.5))
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000])
})

test('jitter is up to a fifth', () => {
  expect([restartDelayMs(2, 0), restartDelayMs(2, 1)]).toEqual([800, 1200])
})
