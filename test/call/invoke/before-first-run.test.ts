import { expect, test, vi } from 'vitest'
import type { Callback } from '../../../src/runtime/callback/index.js'
import { beforeFirstRun } from '../../../src/runtime/call/invoke/before-first-run.js'

const callback = (name: string, fn: Callback['fn']): Callback => ({
  name,
  fn,
  arity: { min: 0, max: 1 },
  options: {},
})

test('before the first run of any callback something is done, once', () => {
  const order: unknown[] = []
  const one = (value: unknown): unknown => (order.push(['one', value]), 'result')
  const other = vi.fn()
  const [first, second] = beforeFirstRun([callback('one', one), callback('other', other)], () =>
    order.push('before'),
  )
  expect([first?.fn(1), first?.fn(2)]).toEqual(['result', 'result'])
  second?.fn(3)
  expect(order).toEqual(['before', ['one', 1], ['one', 2]])
  expect([first?.fn, second?.fn]).toEqual([one, other])
})

test('a callback is called as a function, not as a method of what describes it', () => {
  const seen: unknown[] = []
  function note(this: undefined): void {
    seen.push(this)
  }
  const [first] = beforeFirstRun([callback('note', note)], () => undefined)
  const run = first?.fn
  run?.()
  expect(seen).toEqual([undefined])
})

test('code that a callback was given meanwhile stays', () => {
  const [first, second] = beforeFirstRun(
    [callback('one', () => 1), callback('other', () => 2)],
    () => undefined,
  )
  Object.assign(second ?? {}, { fn: () => 3 })
  expect([first?.fn(), second?.fn()]).toEqual([1, 3])
})
