import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Frame, PixelFormat } from '../../../src/runtime/core/frame.js'
import { isWhole, toJpeg, toPicture } from '../../../src/runtime/view/pictures/jpeg.js'

const WIDTH = 320
const HEIGHT = 180

/** A frame of one colour. */
function frame(format: PixelFormat, pixel: number[]): Frame {
  const data = Buffer.alloc(WIDTH * HEIGHT * pixel.length)
  for (let at = 0; at < data.length; at++) data[at] = pixel[at % pixel.length] ?? 0
  return { data, width: WIDTH, height: HEIGHT, format, sequence: 0, time: 0 }
}

function yuvFrame([y, u, v]: [number, number, number]): Frame {
  const chroma = (WIDTH / 2) * (HEIGHT / 2)
  const planes = [Buffer.alloc(WIDTH * HEIGHT, y), Buffer.alloc(chroma, u), Buffer.alloc(chroma, v)]
  return { ...frame('gray', [0]), data: Buffer.concat(planes), format: 'yuv420p' }
}

/** Red in each format, or as near as the format comes to it. */
test.each<[string, Frame, number[]]>([
  ['rgb24', frame('rgb24', [250, 10, 20]), [250, 10, 20]],
  ['bgr24', frame('bgr24', [20, 10, 250]), [250, 10, 20]],
  ['gray', frame('gray', [100]), [100, 100, 100]],
  ['yuv420p', yuvFrame([81, 90, 240]), [254, 0, 0]],
])('%s keeps its colours, and gets smaller', async (_, picture, colour) => {
  const jpeg = await toJpeg(picture, 160)
  const { data, info } = await sharp(jpeg).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 160, height: 90 })
  for (const [channel, expected] of colour.entries())
    expect(Math.abs((data[channel % info.channels] ?? 0) - expected)).toBeLessThan(8)
})

test('a JPEG stays as it is, and a small picture is not made larger', async () => {
  const data = await toJpeg(frame('rgb24', [1, 2, 3]), 1000)
  expect((await sharp(data).metadata()).width).toBe(WIDTH)
  expect(await toJpeg({ ...frame('gray', [0]), data, format: 'mjpeg' }, 160)).toBe(data)
})

test.each<[string, Partial<Frame>]>([
  ['of another size', { width: WIDTH + 1 }],
  ['of a size that would fill the memory', { width: 1_000_000, height: 1_000_000 }],
  ['of a size below nothing', { width: -WIDTH, height: -HEIGHT }],
  ['of no size', { width: NaN }],
  ['with half of its bytes', { data: Buffer.alloc(10) }],
])('a frame %s is not whole', (_, change) => {
  expect(isWhole(frame('gray', [1]))).toBe(true)
  expect(isWhole({ ...frame('gray', [1]), ...change })).toBe(false)
})

test('a picture has its full size, whatever it is made of, and a JPEG that is none is refused', async () => {
  const png = await toPicture(frame('bgr24', [20, 10, 250]), 'png')
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: WIDTH, height: HEIGHT })
  expect([...(await sharp(png).raw().toBuffer()).subarray(0, 3)]).toEqual([250, 10, 20])
  const jpeg = await toPicture(yuvFrame([81, 90, 240]), 'jpeg')
  expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: WIDTH })
  const camera: Frame = { ...frame('gray', [0]), data: jpeg, format: 'mjpeg' }
  expect(await toPicture(camera, 'jpeg')).toBe(jpeg)
  expect(await sharp(await toPicture(camera, 'png')).metadata()).toMatchObject({
    format: 'png',
    width: WIDTH,
  })
  const none = { ...camera, data: jpeg.subarray(50, 90) }
  await expect(toPicture(none, 'png')).rejects.toMatchObject({ code: 'DAFFI_BAD_MESSAGE' })
})
