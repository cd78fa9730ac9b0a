import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { jpegPictures } from '../../../src/runtime/source/pictures/pictures.js'
import { PipeReader } from '../../../src/runtime/source/pictures/pipe-reader.js'
import { pump } from '../../../src/runtime/source/pictures/pump.js'
import { jpegsOf, part } from '../http-camera.js'
import { collect } from '../support.js'

test("of ffmpeg's parts only whole JPEGs are given; others are told, as cut short or as no JPEGs", async () => {
  const [jpeg = Buffer.alloc(0)] = await jpegsOf(16, 16, 1)
  const half = jpeg.subarray(0, -2)
  const pipe = new PassThrough()
  const reader = new PipeReader()
  pump(pipe, reader)
  const sent = [half, jpeg, Buffer.from('no picture'), Buffer.concat([jpeg, Buffer.from('more')])]
  pipe.end(Buffer.concat(sent.map(part)))
  const told: (number | 'other')[] = []
  const kept: boolean[] = []
  const pictures = await collect(
    jpegPictures(reader, {
      memory: { loan: (bytes) => ({ bytes: Buffer.alloc(bytes), end: (isKept) => kept.push(isKept) }) },
      onCutShort: (bytes) => told.push(bytes),
      onOther: () => told.push('other'),
    }),
  )
  expect(pictures).toEqual([jpeg, jpeg].map((data) => ({ data, width: 16, height: 16 })))
  expect(told).toEqual([half.length, 'other'])
  expect(kept).toEqual([false, true, false, false])
})
