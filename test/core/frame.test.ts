import { expect, test } from 'vitest'
import { frameBytes, isFrame, PIXEL_FORMATS, type Frame } from '../../src/runtime/core/frame.js'

const frame: Frame = { data: Buffer.alloc(12), width: 2, height: 2, format: 'bgr24', sequence: 0, time: 0.5 }

test.each([
  ['bgr24', 640, 480, 921_600],
  ['rgb24', 3, 5, 45],
  ['gray', 3, 5, 15],
  ['yuv420p', 4, 4, 24],
  // Colour planes of odd sizes are rounded up.
  ['yuv420p', 3, 5, 27],
  ['mjpeg', 640, 480, undefined],
] as const)('a frame of %s, %d x %d, has %s bytes', (format, width, height, bytes) => {
  expect(frameBytes(format, width, height)).toBe(bytes)
})

test.each(PIXEL_FORMATS)('a frame of %s is known as one', (format) => {
  const data = Buffer.alloc(frameBytes(format, 2, 2) ?? 9)
  expect(isFrame({ ...frame, format, data })).toBe(true)
  expect(isFrame({ ...frame, format, data: new Uint8Array(data), more: true })).toBe(true)
})

test.each([
  { width: 0 },
  { height: -2 },
  { width: 1.5 },
  { width: NaN },
  { width: 100_000, height: 100_000 },
  { data: Buffer.alloc(11) },
  { format: 'gray' },
])('a frame with a senseless %j is none', (part) => {
  expect(isFrame({ ...frame, ...part })).toBe(false)
})

test('anything else is none', () => {
  for (const key of Object.keys(frame)) {
    expect(isFrame({ ...frame, [key]: undefined })).toBe(false)
    expect(isFrame({ ...frame, [key]: key === 'data' || key === 'format' ? 'x' : '1' })).toBe(false)
  }
  for (const value of [undefined, null, 1, 'frame', [], frame.data]) expect(isFrame(value)).toBe(false)
})
