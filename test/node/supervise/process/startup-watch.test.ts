import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { StartupWatch } from '../../../../src/runtime/node/supervise/process/startup-watch.js'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

const watchOf = (tell: (text: string) => void, limitMs?: number, onLimit = tell) =>
  new StartupWatch({ tell, limitMs, onLimit })

test('a node that stays at a module is told of once, with the module', () => {
  const told: string[] = []
  const watch = watchOf((text) => told.push(text))
  watch.onReport({ type: 'loading', module: '/project/quick.ts' })
  watch.onReport({ type: 'loading', module: '/project/endless.ts' })
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([
    expect.stringMatching(/^is not ready after 5 s: it still loads \/project\/endless\.ts, /),
  ])
})

test('so is one that cannot join, or whose process does not begin', () => {
  const told: string[] = []
  const joins = watchOf((text) => told.push(text))
  joins.onReport({ type: 'loading', module: '/project/quick.ts' })
  joins.onReport({ type: 'joining' })
  watchOf((text) => told.push(text))
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([expect.stringMatching(/is joining/), expect.stringMatching(/has not begun/)])
})

test('nothing is told of a node that is ready in time', () => {
  const watch = watchOf(() => expect.unreachable())
  watch.end()
  vi.advanceTimersByTime(60_000)
})

test.each([300, 30_000, 2 ** 31 + 5000])(
  'a node that is not ready within its limit of %i ms is given up, with what it does',
  (limitMs) => {
    const given: string[] = []
    const watch = watchOf(
      () => undefined,
      limitMs,
      (cause) => given.push(cause),
    )
    watch.onReport({ type: 'joining' })
    vi.advanceTimersByTime(limitMs - 1)
    expect(given).toEqual([])
    vi.advanceTimersByTime(1)
    expect(given).toEqual([expect.stringMatching(/^never became ready within .*s: .* is joining/)])
  },
)
