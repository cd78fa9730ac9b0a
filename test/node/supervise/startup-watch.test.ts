import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { StartupWatch } from '../../../src/runtime/node/supervise/startup-watch.js'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

test('a node that stays at a module is told of once, with the module', () => {
  const told: string[] = []
  const watch = new StartupWatch((text) => told.push(text))
  watch.onReport({ type: 'loading', module: '/project/quick.ts' })
  watch.onReport({ type: 'loading', module: '/project/endless.ts' })
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([
    expect.stringMatching(/^is not ready after 5 s: it still loads \/project\/endless\.ts, /),
  ])
})

test('so is one that cannot join, or whose process does not begin', () => {
  const told: string[] = []
  const joins = new StartupWatch((text) => told.push(text))
  joins.onReport({ type: 'loading', module: '/project/quick.ts' })
  joins.onReport({ type: 'joining' })
  new StartupWatch((text) => told.push(text))
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([expect.stringMatching(/is joining/), expect.stringMatching(/has not begun/)])
})

test('nothing is told of a node that is ready in time', () => {
  const watch = new StartupWatch(() => expect.unreachable())
  watch.end()
  vi.advanceTimersByTime(60_000)
})
