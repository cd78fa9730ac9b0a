import { expect, test } from 'vitest'
import { wholeJpeg } from '../../../src/runtime/source/pictures/jpeg-walk.js'
import { ffmpeg } from '../../support/ffmpeg.js'

const START = [0xff, 0xd8]
const END = [0xff, 0xd9]
const FRAME = [0xff, 0xc0, 0x00, 0x11, 0x08, 0x00, 0xf0, 0x01, 0x40, 0x03, ...Array<number>(9).fill(0)]
const SCAN = [0xff, 0xda, 0, 8, 1, 0, 0, 0, 0x3f, 0, 1, 2, 0xff, 0, 3]
const THUMBNAIL = [0xff, 0xe1, 0, 2 + 8, ...START, 0xff, 0xda, 0, 0, ...END]

test.each([
  ['headers and a scan', [...FRAME, ...SCAN]],
  ['fill bytes before markers', [0xff, 0xff, ...FRAME, 0xff, ...SCAN, 0xff]],
  ['a thumbnail in a segment', [...THUMBNAIL, ...FRAME, ...SCAN]],
  ['several thumbnails', [...THUMBNAIL, 0xff, 0xed, 0, 4, ...END, ...THUMBNAIL, ...FRAME, ...SCAN]],
  ['an empty table', [0xff, 0xc4, 0, 2, ...FRAME, ...SCAN]],
  ['restart markers', [...FRAME, 0xff, 0xdd, 0, 4, 0, 1, ...SCAN, 0xff, 0xd0, 7, 0xff, 0xd7, 7]],
  ['several scans, with tables between them', [...FRAME, ...SCAN, 0xff, 0xc4, 0, 4, ...END, ...SCAN]],
  ['the number of lines behind the scan', [...FRAME, ...SCAN, 0xff, 0xdc, 0, 4, 0, 240]],
])('a JPEG with %s is whole up to its own end', (_, middle) => {
  const jpeg = Buffer.from([...START, ...middle, ...END])
  const found = { width: 320, height: 240, bytes: jpeg.length }
  expect(wholeJpeg(jpeg)).toEqual(found)
  expect(wholeJpeg(Buffer.concat([jpeg, Buffer.from('\r\n--next'), jpeg]))).toEqual(found)
  for (let bytes = 0; bytes < jpeg.length; bytes++) {
    expect(wholeJpeg(jpeg.subarray(0, bytes))).toBeUndefined()
    expect(
      wholeJpeg(Buffer.concat([jpeg.subarray(0, bytes), Buffer.from('\r\n--next\r\n\r\n')])),
    ).toBeUndefined()
  }
})

test.each([
  ['no marker where one should be', [...START, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...END]],
  ['no scan', [...START, ...FRAME, ...END]],
  ['no size', [...START, ...FRAME.map((byte, at) => (at >= 5 && at <= 8 ? 0 : byte)), ...SCAN, ...END]],
  ['another beginning before its end', [...START, ...FRAME, ...SCAN, ...START, ...FRAME, ...SCAN, ...END]],
])('what has %s is none', (_, bytes) => {
  expect(wholeJpeg(Buffer.from(bytes))).toBeUndefined()
})

test("ffmpeg's own JPEGs", async () => {
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=322x242', '-frames:v', '1']
  const jpeg = await ffmpeg(...input, '-f', 'mjpeg', 'pipe:1')
  expect(wholeJpeg(jpeg)).toEqual({ width: 322, height: 242, bytes: jpeg.length })
})
