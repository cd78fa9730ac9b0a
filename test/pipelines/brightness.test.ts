import { expect, test } from 'vitest'
import { brightness } from '../../pipelines/lib/brightness.js'

const size = { width: 64, height: 64, sequence: 0, time: 0 }

test.each(['bgr24', 'rgb24', 'gray'] as const)('the mean of %s bytes', (format) => {
  expect(brightness({ ...size, format, data: Buffer.alloc(64 * 64 * 3, 40) })).toBe(40)
})

test('of yuv420p only the luma counts', () => {
  const data = Buffer.concat([Buffer.alloc(64 * 64, 100), Buffer.alloc((64 * 64) / 2, 255)])
  expect(brightness({ ...size, format: 'yuv420p', data })).toBe(100)
})

test('none of compressed frames', () => {
  expect(brightness({ ...size, format: 'mjpeg', data: Buffer.alloc(10) })).toBeUndefined()
})
