import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { frameBytes, PIXEL_FORMATS } from '../../../src/runtime/core/frame.js'
import { wholeJpeg } from '../../../src/runtime/source/pictures/jpeg-walk.js'
import { temporaryFolder } from '../../support/temporary.js'
import { BUSY, NO_JPEG, NO_SUCH_SIZE, v4l2Device } from '../cameras/v4l2-device.js'
import { collect, fileAt, open, openFrames, pattern } from '../support.js'
import { ffmpeg, video } from '../../support/ffmpeg.js'

test("frames are ffmpeg's own pictures, byte for byte", async () => {
  const frames = await collect(openFrames({ ...pattern, format: 'rgb24', frames: 3 }))
  const expected = await ffmpeg(
    ...['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=50', '-frames:v', '3'],
    ...['-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1'],
  )
  expect(Buffer.concat(frames.map(({ data }) => data)).equals(expected)).toBe(true)
})

test.each(['bgr24', 'rgb24', 'gray', 'yuv420p'] as const)(
  'pictures stored in %s without loss come as they were',
  async (format) => {
    const folder = await temporaryFolder()
    const sent = randomBytes(3 * (frameBytes(format, 41, 31) ?? 0))
    await writeFile(join(folder, 'sent'), sent)
    const raw = ['-f', 'rawvideo', '-pix_fmt', format, '-video_size', '41x31']
    await ffmpeg(...raw, '-i', join(folder, 'sent'), '-c:v', 'rawvideo', join(folder, 'sent.nut'))
    const frames = await collect(openFrames({ ...fileAt(join(folder, 'sent.nut')), format }))
    expect(frames).toHaveLength(3)
    expect(Buffer.concat(frames.map(({ data }) => data)).equals(sent)).toBe(true)
  },
)

test('a picture that is stored with loss loses nothing more', async () => {
  const path = await video(await temporaryFolder(), 'video.mp4', '-c:v', 'libx264', '-crf', '10')
  const frames = await collect(openFrames(fileAt(path)))
  const sent = await ffmpeg(
    ...['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-frames:v', '12'],
    ...['-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
  )
  const seen = Buffer.concat(frames.map(({ data }) => data))
  const error = seen.reduce((sum, value, index) => sum + Math.abs(value - (sent[index] ?? 0)), 0)
  expect(seen.length).toBe(sent.length)
  expect(error / sent.length).toBeLessThan(3)
})

test('frames are numbered and timed, and each has its own memory', async () => {
  const before = Date.now()
  const frames = await collect(openFrames({ ...pattern, frames: 4 }))
  expect(frames.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  const times = frames.map(({ time }) => time)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times[0]).toBeGreaterThanOrEqual(before)
  for (const { data } of frames) expect(data.buffer.byteLength).toBe(data.length)
})

test.each([
  ['bgr24', 41 * 31 * 3],
  ['rgb24', 41 * 31 * 3],
  ['gray', 41 * 31],
  ['yuv420p', 41 * 31 + 2 * 21 * 16],
] as const)('a frame of odd size in %s has no padding', async (format, bytes) => {
  const [frame] = await collect(
    openFrames({ ...pattern, format, size: { width: 41, height: 31 }, frames: 1 }),
  )
  expect(frame).toMatchObject({ width: 41, height: 31, format })
  expect(frame?.data.length).toBe(bytes)
})

test('mjpeg frames are complete JPEGs of the reported size', async () => {
  const frames = await collect(openFrames({ ...pattern, format: 'mjpeg', frames: 3 }))
  expect(frames).toHaveLength(3)
  for (const { data, width, height } of frames) {
    expect([...data.subarray(0, 2), ...data.subarray(-2)]).toEqual([0xff, 0xd8, 0xff, 0xd9])
    expect({ width, height }).toEqual(pattern.size)
  }
})

test.each(PIXEL_FORMATS)('a size that is not given is found, in %s', async (format) => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'ffv1')
  const frames = await collect(openFrames({ ...fileAt(path), format }))
  expect(frames).toHaveLength(12)
  for (const { width, height } of frames) expect({ width, height }).toEqual({ width: 160, height: 120 })
})

test.each([
  ['h264', ['-c:v', 'libx264']],
  ['mjpeg', ['-c:v', 'mjpeg']],
])('a file in %s gives each of its frames once, and ends', async (codec, options) => {
  const path = await video(await temporaryFolder(), `${codec}.mkv`, ...options)
  const frames = await collect(openFrames(fileAt(path)))
  expect(frames).toHaveLength(12)
  expect(new Set(frames.map(({ data }) => data.toString('base64'))).size).toBe(12)
})

test('a file is scaled and resampled as requested', async () => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'ffv1')
  const size = { width: 80, height: 60 }
  const frames = await collect(openFrames({ ...fileAt(path), size, fps: 5 }))
  expect(frames).toHaveLength(6)
  expect(frames[0]).toMatchObject(size)
  expect(frames[0]?.data.length).toBe(80 * 60)
})

test('a file whose name looks like an option or a URL is a file', async () => {
  const folder = await temporaryFolder()
  const path = await video(folder, '-i http:%2F%2F x.mkv', '-c:v', 'ffv1')
  expect(await collect(open(fileAt(path)))).toHaveLength(12)
})

test('a file that loops is read again from its beginning, without end', async () => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'ffv1')
  const frames = await collect(openFrames({ ...fileAt(path), loop: true, frames: 30 }))
  expect(frames).toHaveLength(30)
  for (const [index, { data }] of frames.entries())
    expect(data.equals(frames[index % 12]?.data ?? Buffer.alloc(0))).toBe(true)
})

test('JPEGs of a file are passed through byte for byte', async () => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'mjpeg')
  const stored = await ffmpeg('-i', path, '-c:v', 'copy', '-f', 'mjpeg', 'pipe:1')
  const frames = await collect(openFrames({ ...fileAt(path), format: 'mjpeg' }))
  expect(Buffer.concat(frames.map(({ data }) => data)).equals(stored)).toBe(true)
  for (const frame of frames) expect(frame).toMatchObject({ width: 160, height: 120, format: 'mjpeg' })
})

test.each([
  ['another size', 'mjpeg', { size: { width: 80, height: 60 } }, 12],
  ['another rate', 'mjpeg', { fps: 5 }, 6],
  ['no JPEGs', 'libx264', {}, 12],
])('a file of %s is encoded anew', async (_, codec, asked, count) => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', codec)
  const frames = await collect(openFrames({ ...fileAt(path), ...asked, format: 'mjpeg' }))
  expect(frames).toHaveLength(count)
  const size = { width: 160, height: 120, ...('size' in asked ? asked.size : {}) }
  for (const { data, width, height } of frames)
    expect({ width, height, ...wholeJpeg(data) }).toEqual({ ...size, bytes: data.length })
})

test('a paced file is read at its own speed', async () => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'ffv1')
  const frames = await collect(openFrames({ ...fileAt(path), paced: true }))
  const [first, last] = [frames[0]?.time ?? 0, frames.at(-1)?.time ?? 0]
  expect(last - first).toBeGreaterThan(500)
})

describe.runIf(process.platform === 'linux')('a device', () => {
  test('without MJPEG is opened in another format', async () => {
    const device = await standIn(
      `case "$input" in *mjpeg*) echo "${NO_JPEG}" >&2; exit 1 ;; esac
      exec "$ffmpeg" -loglevel level+info -f lavfi -i testsrc2=size=64x48 "$@"`,
    )
    const frames = await collect(openFrames({ ...pattern, device, format: 'gray', frames: 2 }))
    expect(frames.map(({ data }) => data.length)).toEqual([64 * 48, 64 * 48])
  })

  test('with MJPEG is neither decoded nor encoded', async () => {
    const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'mjpeg')
    const device = await standIn(`exec "$ffmpeg" -loglevel level+info -i '${path}' "$@"`)
    const size = { width: 160, height: 120 }
    const frames = await collect(openFrames({ ...pattern, device, size, format: 'mjpeg', frames: 3 }))
    const raw = ['-frames:v', '3', '-pix_fmt', 'yuvj420p', '-f', 'rawvideo', 'pipe:1']
    const jpegs = join(await temporaryFolder(), 'frames.mjpeg')
    await writeFile(jpegs, Buffer.concat(frames.map(({ data }) => data)))
    expect((await ffmpeg('-i', jpegs, ...raw)).equals(await ffmpeg('-i', path, ...raw))).toBe(true)
  })

  test.each([
    ['is in use', BUSY, 'DAFFI_SOURCE_BUSY', 'Device or resource busy'],
    ['lacks the size', NO_SUCH_SIZE, 'DAFFI_SOURCE_BAD_MODE', 'Selected video size (64x48)'],
    ['lacks every format', NO_JPEG, 'DAFFI_SOURCE_BAD_MODE', 'Cannot find a proper format'],
  ])('that %s is told', async (_, line, code, words) => {
    const device = await standIn(`echo "${line}" >&2; exit 1`)
    await expect(collect(open({ ...pattern, device }))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as string,
    })
  })
})

async function standIn(script: string): Promise<string> {
  const { device, ffmpeg: path } = await v4l2Device(await temporaryFolder(), script)
  vi.stubEnv('FFMPEG_PATH', path)
  onTestFinished(() => void vi.unstubAllEnvs())
  return device
}
