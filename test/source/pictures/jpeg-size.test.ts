import { expect, test } from 'vitest'
import { jpegSize } from '../../../src/runtime/source/pictures/jpeg-size.js'
import { ffmpeg } from '../support.js'

const HEADER = [0xff, 0xc0, 0x00, 0x11, 0x08, 0x00, 0xf0, 0x01, 0x40, 0x03]

test.each([
  ['the frame header alone', [0xff, 0xd8, ...HEADER]],
  ['fill bytes before a marker', [0xff, 0xd8, 0xff, 0xff, ...HEADER]],
  [
    'a segment whose content looks like a header',
    [0xff, 0xd8, 0xff, 0xe1, 0, 8, 0xff, 0xc0, 0, 0, 0, 0, ...HEADER],
  ],
  ['another table with a marker nearby', [0xff, 0xd8, 0xff, 0xc4, 0, 2, ...HEADER]],
])('%s', (_, bytes) => {
  expect(jpegSize(Buffer.from(bytes))).toEqual({ width: 320, height: 240 })
})

test.each([
  ['nothing', []],
  ['a header that is cut off', [0xff, 0xd8, 0xff, 0xc0, 0, 0x11, 8]],
  ['no marker where one should be', [0xff, 0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
])('%s has no size', (_, bytes) => {
  expect(jpegSize(Buffer.from(bytes))).toBeUndefined()
})

test("ffmpeg's own JPEGs", async () => {
  const jpeg = await ffmpeg(
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=322x242',
    '-frames:v',
    '1',
    '-f',
    'mjpeg',
    'pipe:1',
  )
  expect(jpegSize(jpeg)).toEqual({ width: 322, height: 242 })
})
