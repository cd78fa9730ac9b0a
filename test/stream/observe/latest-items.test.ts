import { expect, test } from 'vitest'
import { encodeItem } from '../../../src/runtime/codec/index.js'
import { Batch } from '../../../src/runtime/stream/common/write/batch.js'
import { latestItems } from '../../../src/runtime/stream/observe/latest-items.js'

test('values of a batch come with their origins, or as items of the stream', () => {
  const batch = new Batch(1024)
  const origins = [3, 5].map((item) => ({ source: 'camera', item, time: 1000 * item }))
  for (const [number, origin] of origins.entries())
    batch.add(number, encodeItem({ n: origin.item }, number), 1, origin)
  const results = batch.take()
  expect(latestItems(results, Buffer.from(results.bytes), null)).toEqual(
    origins.map((origin, item) => ({ item, value: { n: origin.item }, origin })),
  )
  for (let number = 0; number < 1000; number++) batch.add(number, encodeItem(number, number), 7)
  const items = latestItems({ ...batch.take(), origin: undefined }, Buffer.from(results.bytes), null)
  expect(items).toEqual([])
  for (let number = 0; number < 1000; number++) batch.add(number, encodeItem(number, number), 7)
  const values = batch.take()
  const latest = latestItems(values, Buffer.from(values.bytes), 'numbers')
  expect(latest).toHaveLength(256)
  expect(latest.at(-1)).toEqual({ item: 999, value: 999, origin: { source: 'numbers', item: 999, time: 7 } })
})
