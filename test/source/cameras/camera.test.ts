import { expect, test } from 'vitest'
import { distinct } from '../../../src/runtime/source/cameras/camera.js'

test('equal modes come once, in their order', () => {
  const mode = { format: 'mjpeg', width: 4, height: 3, fps: { min: 5, max: 30 } }
  const other = { ...mode, fps: null }
  expect(distinct([mode, other, { ...mode }, { ...other }])).toEqual([mode, other])
})
