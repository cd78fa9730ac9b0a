import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Ioctl } from '../../../src/runtime/source/cameras/ioctl.js'
import { describe, v4l2Cameras } from '../../../src/runtime/source/cameras/v4l2.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'
import { collect, openFrames, pattern } from '../support.js'

const fourcc = (letters: string): number => Buffer.from(letters).readUInt32LE(0)

/** Numbers by their offsets in the kernel's structures. */
type Answer = Record<number, number>

/** A webcam, as the driver of USB cameras answers: two formats of one size each, and one of any size up to the largest. */
function webcam(capabilities: number): Ioctl {
  const formats = [fourcc('MJPG'), fourcc('YUYV'), fourcc('Y10 ')]
  const sizes: Record<number, Answer> = {
    [fourcc('MJPG')]: { 8: 1, 12: 1280, 16: 720 },
    [fourcc('YUYV')]: { 8: 1, 12: 640, 16: 480 },
    [fourcc('Y10 ')]: { 8: 3, 12: 16, 16: 2592, 20: 16, 24: 16, 28: 1944, 32: 16 },
  }
  const intervals: Record<number, Answer[]> = {
    [fourcc('MJPG')]: [
      { 16: 1, 20: 1, 24: 30 },
      { 16: 1, 20: 2, 24: 15 },
    ],
    [fourcc('YUYV')]: [{ 16: 3, 20: 1, 24: 30, 28: 1, 32: 5 }],
  }
  return (request, argument) => {
    const [index, format] = [argument.readUInt32LE(0), argument.readUInt32LE(4)]
    if (request === 0x80685600) {
      argument.write('HD Webcam\0', 16)
      return fill(argument, { 84: 0x85200001, 88: capabilities })
    }
    if (request === 0xc0405602) return fill(argument, { 44: formats[index] })
    if (request === 0xc02c564a) return index === 0 && fill(argument, sizes[format])
    return request === 0xc034564b && fill(argument, intervals[format]?.[index])
  }
}

function fill(argument: Buffer, answer: Record<number, number | undefined> | undefined): boolean {
  const entries = Object.entries(answer ?? { 0: undefined })
  for (const [offset, value] of entries) {
    if (value === undefined) return false
    argument.writeUInt32LE(value, Number(offset))
  }
  return true
}

test('a camera with its formats, sizes and rates', () => {
  expect(describe('/dev/video0', webcam(0x04200001))).toEqual({
    device: '/dev/video0',
    name: 'HD Webcam',
    modes: [
      { format: 'mjpeg', width: 1280, height: 720, fps: { min: 7.5, max: 30 } },
      { format: 'yuyv422', width: 640, height: 480, fps: { min: 5, max: 30 } },
      { format: 'Y10', width: 2592, height: 1944, fps: null },
    ],
    problem: null,
  })
})

test('a device that gives metadata is not a camera', () => {
  expect(describe('/dev/video1', webcam(0x04a00000))).toBeUndefined()
})

test.runIf(process.platform === 'linux')('files that are not devices are left out', async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, { video0: '', 'video-notes.txt': '' })
  expect(await v4l2Cameras(folder)).toEqual([])
  await writeFiles(join(folder, 'video1'), { inside: '' })
  expect(await v4l2Cameras(folder)).toEqual([])
})

test.runIf(process.platform === 'linux')(
  'every camera of this machine gives a picture of a mode that it lists',
  async () => {
    for (const { device, modes } of await v4l2Cameras()) {
      const [mode] = modes
      if (!mode) continue
      const { width, height, fps } = mode
      const plan = { ...pattern, device, size: { width, height }, fps: fps?.max, frames: 1 }
      const [frame] = await collect(openFrames(plan))
      expect(frame).toMatchObject({ width, height })
    }
  },
)
