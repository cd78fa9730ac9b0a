import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { toPng } from '../../pipelines/lib/png.js'

const size = { width: 2, height: 1, sequence: 0, time: 0 }

test.each([
  ['rgb24', [1, 2, 3, 4, 5, 6], 3, [1, 2, 3, 4, 5, 6]],
  ['bgr24', [1, 2, 3, 4, 5, 6], 3, [3, 2, 1, 6, 5, 4]],
  ['gray', [7, 8], 1, [7, 8]],
] as const)('%s', (format, bytes, channels, pixels) => {
  const data = Buffer.from(bytes)
  const png = decode(toPng({ ...size, format, data }))
  expect(png).toMatchObject({ width: 2, height: 1, channels })
  expect([...png.data]).toEqual(pixels)
  expect([...data]).toEqual(bytes)
})

test.each(['yuv420p', 'mjpeg'] as const)('%s is refused, saying what to use', (format) => {
  expect(() => toPng({ ...size, format, data: Buffer.alloc(3) })).toThrow(
    `a ${format} frame cannot be written as PNG: let the source give bgr24, rgb24 or gray`,
  )
})
