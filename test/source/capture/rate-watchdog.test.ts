import { expect, test } from 'vitest'
import { RateWatchdog } from '../../../src/runtime/source/capture/rate-watchdog.js'

/** The first rate that is refused when frames come evenly, `fps` per second, for ten seconds. */
function refused(asked: number | undefined, fps: number): number | undefined {
  const watchdog = new RateWatchdog(asked)
  for (let frame = 0; frame < 10 * fps; frame++) {
    const rate = watchdog.count(1000 + (frame * 1000) / fps)
    if (rate !== undefined) return rate
  }
  return undefined
}

test.each([
  [30, 60],
  [1, 30],
  [undefined, 200],
  [500, 1900],
])('asked for %s frames a second, %d are let through', (asked, fps) => {
  expect(refused(asked, fps)).toBeUndefined()
})

test.each([
  [30, 300],
  [undefined, 1000],
  [500, 2500],
])('asked for %s frames a second, %d are a flood', (asked, fps) => {
  expect(refused(asked, fps)).toBeGreaterThan(fps * 0.95)
})
