import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.js'
import type { Camera, CameraMode } from './camera.js'
import { withIoctl, type Ioctl } from './ioctl.js'

// Requests, sizes and offsets of <linux/videodev2.h>, the same on every machine that Node runs on. All numbers are
// 32 bits wide, in the machine's order, which is little-endian on all of these.
const QUERYCAP = 0x80685600
const ENUM_FMT = 0xc0405602
const ENUM_FRAMESIZES = 0xc02c564a
const ENUM_FRAMEINTERVALS = 0xc034564b
const CAPABILITY_BYTES = 104
const FORMAT_BYTES = 64
const SIZE_BYTES = 44
const INTERVAL_BYTES = 52
const VIDEO_CAPTURE = 1
const DISCRETE = 1

/** Names in ffmpeg of the common formats; others are shown by their own four letters. */
const FFMPEG_NAMES: Record<string, string> = {
  ...{ MJPG: 'mjpeg', JPEG: 'mjpeg', H264: 'h264', HEVC: 'hevc', YUYV: 'yuyv422', UYVY: 'uyvy422' },
  ...{ NV12: 'nv12', YU12: 'yuv420p', RGB3: 'rgb24', BGR3: 'bgr24', GREY: 'gray' },
}

/** The cameras of Linux: every video4linux device that captures. */
export async function v4l2Cameras(folder = '/dev'): Promise<Camera[]> {
  const names = (await readdir(folder)).filter((name) => /^video\d+$/.test(name))
  const paths = names
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .map((name) => join(folder, name))
  const cameras = await Promise.all(paths.map(readCamera))
  return cameras.filter((camera) => camera !== undefined)
}

async function readCamera(device: string): Promise<Camera | undefined> {
  try {
    return await withIoctl(device, (ioctl) => describe(device, ioctl))
  } catch (error) {
    return { device, name: device, modes: [], problem: messageOf(error) }
  }
}

/** Description of a device; undefined for one that does not capture, such as those with a camera's metadata. */
export function describe(device: string, ioctl: Ioctl): Camera | undefined {
  const capability = Buffer.alloc(CAPABILITY_BYTES)
  if (!ioctl(QUERYCAP, capability)) return undefined
  const capabilities = capability.readUInt32LE(88) || capability.readUInt32LE(84)
  if (!(capabilities & VIDEO_CAPTURE)) return undefined
  const name = capability.toString('utf8', 16, 48).replace(/\0.*$/s, '')
  const modes = formats(ioctl).flatMap((format) =>
    sizes(ioctl, format).map(([width, height]): CameraMode => {
      const letters = lettersOf(format)
      return {
        format: FFMPEG_NAMES[letters] ?? letters,
        width,
        height,
        fps: rates(ioctl, format, width, height),
      }
    }),
  )
  return { device, name, modes, problem: modes.length > 0 ? null : 'it lists no modes' }
}

function formats(ioctl: Ioctl): number[] {
  return enumerate(ioctl, ENUM_FMT, FORMAT_BYTES, { 4: VIDEO_CAPTURE }).map((entry) => entry.readUInt32LE(44))
}

/** Sizes of a format; for a range only the largest. */
function sizes(ioctl: Ioctl, format: number): [width: number, height: number][] {
  return enumerate(ioctl, ENUM_FRAMESIZES, SIZE_BYTES, { 4: format }).map((entry) =>
    entry.readUInt32LE(8) === DISCRETE
      ? [entry.readUInt32LE(12), entry.readUInt32LE(16)]
      : [entry.readUInt32LE(16), entry.readUInt32LE(28)],
  )
}

function rates(ioctl: Ioctl, format: number, width: number, height: number): CameraMode['fps'] {
  const entries = enumerate(ioctl, ENUM_FRAMEINTERVALS, INTERVAL_BYTES, { 4: format, 8: width, 12: height })
  const fps = entries.flatMap((entry) =>
    entry.readUInt32LE(16) === DISCRETE ? [rateAt(entry, 20)] : [rateAt(entry, 20), rateAt(entry, 28)],
  )
  return fps.length === 0 ? null : { min: Math.min(...fps), max: Math.max(...fps) }
}

/** Frames per second, from a fraction that holds the seconds per frame. */
function rateAt(entry: Buffer, offset: number): number {
  return Number((entry.readUInt32LE(offset + 4) / entry.readUInt32LE(offset)).toFixed(2))
}

/** Every entry that the device has for a request, by index from 0; `fixed` are the other numbers of the request, by offset. */
function enumerate(ioctl: Ioctl, request: number, bytes: number, fixed: Record<number, number>): Buffer[] {
  const entries: Buffer[] = []
  for (;;) {
    const entry = Buffer.alloc(bytes)
    entry.writeUInt32LE(entries.length, 0)
    for (const [offset, value] of Object.entries(fixed)) entry.writeUInt32LE(value, Number(offset))
    if (!ioctl(request, entry)) return entries
    entries.push(entry)
  }
}

function lettersOf(format: number): string {
  const letters = Buffer.alloc(4)
  letters.writeUInt32LE(format)
  return letters.toString('latin1').trimEnd()
}
