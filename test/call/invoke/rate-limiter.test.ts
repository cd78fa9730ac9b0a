import { expect, onTestFinished, test, vi } from 'vitest'
import { RateLimiter } from '../../../src/runtime/call/invoke/rate-limiter.js'

const never = new AbortController()

/** Times at which the given values began, by a limiter that got them all at once. */
async function begin(limiter: RateLimiter, values: unknown[]): Promise<{ value: unknown; at: number }[]> {
  const begun: { value: unknown; at: number }[] = []
  const note = (value: unknown) => (): void => void begun.push({ value, at: performance.now() })
  await Promise.all(values.map((value) => limiter.run(value, never, note(value))))
  return begun
}

test('no more than the limit begin in any span of its length, in the order in which they came', async () => {
  // By a clock that does not go on between two lines, as that of a busy machine does.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const limiter = new RateLimiter({ limit: 4, perMs: 100, by: undefined })
  expect(limiter.isBusy).toBe(false)
  const values = Array.from({ length: 16 }, (_, index) => index)
  const beginning = begin(limiter, values)
  await vi.advanceTimersByTimeAsync(300)
  const begun = await beginning
  expect(begun.map(({ value }) => value)).toEqual(values)
  const [first] = begun
  // As soon as the limit lets them, too.
  expect(begun.map(({ at }) => at - (first?.at ?? 0))).toEqual(values.map((n) => 100 * Math.floor(n / 4)))
  expect(limiter.isBusy).toBe(true)
})

test('a limiter that nobody waits for keeps no process alive', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const before = timers()
  const limiter = new RateLimiter({ limit: 1, perMs: 86_400_000, by: undefined })
  limiter.run(0, never, () => undefined)
  const ended = new AbortController()
  const waiting = limiter.run(1, ended, () => undefined)
  expect(timers()).toBe(before + 1)
  ended.abort(new Error('given up'))
  await expect(waiting).rejects.toThrow('given up')
  expect(timers()).toBe(before)
})

test('each key has the limit for itself, and what has no key another', async () => {
  const limiter = new RateLimiter({ limit: 1, perMs: 60_000, by: 'camera.id' })
  const begun: unknown[] = []
  const run = (value: unknown): unknown => limiter.run(value, never, () => begun.push(value))
  const firsts = [{ camera: { id: 'a' } }, { camera: { id: 1 } }, { camera: { id: '1' } }, undefined]
  for (const value of firsts) run(value)
  expect(begun).toEqual(firsts)
  const ended = new AbortController()
  const late = [{ camera: { id: 'a' } }, { camera: { constructor: 1 } }].map((value) =>
    limiter.run(value, ended, () => begun.push(value)),
  )
  ended.abort(new Error('given up'))
  for (const each of late) await expect(each).rejects.toThrow('given up')
  expect(begun).toEqual(firsts)
})

test('what is given up while it waits does not begin, and does not count', async () => {
  const limiter = new RateLimiter({ limit: 1, perMs: 50, by: undefined })
  const begun: string[] = []
  const waits: string[] = []
  const run = (name: string, abort: AbortController): unknown =>
    limiter.run(
      undefined,
      abort,
      () => begun.push(name),
      () => waits.push(name),
    )
  run('first', never)
  const ended = new AbortController()
  const gone = run('gone', ended)
  const last = run('last', never)
  ended.abort(new Error('given up'))
  await expect(gone).rejects.toThrow('given up')
  await last
  expect(begun).toEqual(['first', 'last'])
  expect(waits).toEqual(['gone', 'last'])
  // One that has been given up before it came.
  await expect(run('never', ended)).rejects.toThrow('given up')
})
