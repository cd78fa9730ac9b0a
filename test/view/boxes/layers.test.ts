import { expect, test } from 'vitest'
import type { Layer } from '../../../src/runtime/view/boxes/layer.js'
import { Layers } from '../../../src/runtime/view/boxes/layers.js'

const layer = (callback: string, width = 640): Layer => ({ callback, width, height: 360, boxes: [] })
const origin = (time: number, source: string | null = 'camera') => ({ source, time })

test('of each callback the boxes of the newest picture win', () => {
  const layers = new Layers()
  layers.set(origin(20), layer('read', 2), 1000)
  layers.set(origin(10), layer('read', 1), 1001)
  layers.set(origin(10), layer('track'), 1002)
  layers.set(origin(99, 'other'), layer('read'), 1003)
  expect(layers.since(0, ['camera'], 1010)).toEqual({ number: 3, layers: [layer('read', 2), layer('track')] })
})

test('each change is given once, and while it is valid', () => {
  const layers = new Layers()
  layers.set(origin(10, null), layer('read'), 1000)
  const { number, layers: first } = layers.since(0, [null], 1000)
  expect(first).toHaveLength(1)
  expect(layers.since(number, [null], 1000).layers).toEqual([])
  expect(layers.since(0, [null], 5000).layers).toEqual([])
})

test('a source that has begun again has earlier times', () => {
  const layers = new Layers()
  layers.set(origin(1000), layer('read', 1), 0)
  layers.set(origin(10), layer('read', 2), 5000)
  expect(layers.since(0, ['camera'], 5000).layers).toEqual([layer('read', 2)])
})
