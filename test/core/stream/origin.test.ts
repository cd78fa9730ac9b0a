import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAmong } from '../../../src/runtime/core/stream/cause.js'
import { originAt, OriginRuns, type Origin } from '../../../src/runtime/core/stream/origin.js'

const origin = (item: number, source: string | null = 'camera'): Origin => ({ source, item, time: 5 })

test('origins that follow each other need one run, those of other sources and of gaps one of their own', () => {
  const runs = new OriginRuns()
  for (const item of [3, 4, 5, 5, 9, 9, 9]) runs.add(origin(item))
  runs.add(origin(10, null))
  expect(runs.take()).toEqual([
    ['camera', 3, 3, 1, 5],
    ['camera', 5, 1, 1, 5],
    ['camera', 9, 3, 0, 5],
    [null, 10, 1, 1, 5],
  ])
  expect(runs.take()).toBeUndefined()
})

test('every origin is found again', () => {
  const origins = fc.array(
    fc.record({ source: fc.constantFrom('a', 'b', null), item: fc.nat(5), time: fc.constant(1) }),
  )
  fc.assert(
    fc.property(origins, (all) => {
      const runs = new OriginRuns()
      for (const each of all) runs.add(each)
      const taken = runs.take() ?? []
      expect(all.map((_, index) => originAt(taken, index))).toEqual(all)
      expect(originAt(taken, all.length)).toBeUndefined()
    }),
  )
})

test('a result is stored when a later one of its stream is', () => {
  const stored = { 'numbers 1': [7, 1] as [number, number] }
  const cause = (item: number, result: number, stream = 'numbers 1') => ({ stream, item, result })
  expect(isAmong(cause(6, 5), stored)).toBe(true)
  expect(isAmong(cause(7, 1), stored)).toBe(true)
  expect(isAmong(cause(7, 2), stored)).toBe(false)
  expect(isAmong(cause(8, 0), stored)).toBe(false)
  expect(isAmong(cause(0, 0, 'numbers 2'), stored)).toBe(false)
})
