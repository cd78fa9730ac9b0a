import { expect, test } from 'vitest'
import { RecentMap } from '../../src/runtime/core/recent-map.js'

test('a recent map keeps the entries that were set last', () => {
  const map = new RecentMap<string, number>(2)
  for (const [n, key] of ['a', 'b', 'a', 'c'].entries()) map.set(key, n)
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([2, undefined, 3])
  map.delete('a')
  expect(map.get('a')).toBeUndefined()
})
