import { readFile, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ensureBinary } from '../../../src/runtime/binaries/index.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import type { SourceEvent } from '../../../src/runtime/source/index.js'
import { keptLog } from '../../support/kept-log.js'
import { writeProgram } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'
import { begin, httpCamera, jpegsOf, part, sending } from '../http-camera.js'
import { rtspCamera } from '../rtsp-camera.js'
import { collect, network, openFrames, pattern } from '../support.js'
import { ffmpeg, video } from '../../support/ffmpeg.js'

test('an http camera gives its pictures as they come', async () => {
  const jpegs = await collect(openFrames({ ...pattern, format: 'mjpeg', frames: 5 }))
  const viewer = deferred<ServerResponse>()
  const camera = await httpCamera((_, response) => viewer.resolve(begin(response)))
  const frames = openFrames({ kind: 'http', url: camera.url, ...network, frames: 5 })
  let frame = frames.next()
  const response = await viewer.promise
  for (const [index, { data }] of jpegs.entries()) {
    response.write(part(data))
    const { value } = await frame
    expect(value).toMatchObject({ ...pattern.size, format: 'gray', sequence: index })
    expect(value?.data.equals(await decoded(data))).toBe(true)
    frame = frames.next()
  }
  expect(await frame).toEqual({ done: true, value: undefined })
})

test("an http camera's JPEGs are passed through byte for byte, whatever their size, without ffmpeg", async () => {
  const [large, small] = await Promise.all([jpegsOf(64, 48), jpegsOf(32, 24)])
  const jpegs = [...large, ...small]
  vi.stubEnv('FFMPEG_PATH', '/none')
  onTestFinished(() => void vi.unstubAllEnvs())
  const camera = await httpCamera(sending(jpegs))
  const frames = openFrames({ kind: 'http', url: camera.url, ...network, format: 'mjpeg', frames: 6 })
  const seen = await collect(frames)
  expect(seen.map(({ width }) => width)).toEqual([64, 64, 64, 32, 32, 32])
  expect(seen.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5])
  expect(Buffer.concat(seen.map(({ data }) => data)).equals(Buffer.concat(jpegs))).toBe(true)
})

test('JPEGs of another size than requested are made anew by ffmpeg', async () => {
  const camera = await httpCamera(sending(await jpegsOf(64, 48)))
  const plan = { kind: 'http', url: camera.url, ...network, format: 'mjpeg', frames: 1 } as const
  const [frame] = await collect(openFrames({ ...plan, size: { width: 32, height: 24 } }))
  expect(frame).toMatchObject({ width: 32, height: 24 })
})

test('pictures that change size within the stream are scaled to the size of the first', async () => {
  const [large, small] = await Promise.all([jpegsOf(64, 48), jpegsOf(32, 24)])
  const camera = await httpCamera(sending([...large, ...small]))
  const frames = await collect(openFrames({ kind: 'http', url: camera.url, ...network, frames: 5 }))
  expect(frames.map(({ data }) => data.length)).toEqual(Array(5).fill(64 * 48))
})

// A busy machine needs its time until ffmpeg has the first frame.
test.each([
  ['gray', 4000],
  ['mjpeg', 1500],
] as const)('an http camera that falls silent is asked again, in %s', async (format, stallMs) => {
  const count = 6
  const camera = await httpCamera(sending(await jpegsOf(64, 48)))
  const events: SourceEvent[] = []
  const plan = { kind: 'http', url: camera.url, ...network, format, stallMs, frames: count } as const
  const frames = await collect(openFrames(plan, { onEvent: (event) => events.push(event) }))
  expect(frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: count }, (_, n) => n))
  expect(camera.requests).toHaveLength(2)
  expect(events).toMatchObject([
    {
      type: 'gap',
      error: { message: expect.stringContaining(`nothing came for ${stallMs / 1000} s`) as string },
    },
    { type: 'resumed' },
  ])
})

test('video of another format than JPEG goes through ffmpeg', async () => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'libx264')
  const bytes = await readFile(path)
  const camera = await httpCamera((_, response) => response.end(bytes))
  const frames = await collect(openFrames({ kind: 'http', url: camera.url, ...network, frames: 12 }))
  expect(frames[11]).toMatchObject({ width: 160, height: 120, sequence: 11 })
  expect(camera.requests).toHaveLength(1)
})

test.each(['gray', 'yuv420p'] as const)("an rtsp camera's pictures come over TCP, in %s", async (format) => {
  const camera = await rtspCamera()
  const plan = { kind: 'rtsp', url: camera.url, ...network, format, frames: 5 } as const
  const frames = await collect(openFrames(plan))
  const sent = await camera.pictures(format)
  const places = frames.map(({ data }) => sent.findIndex((picture) => picture.equals(data)))
  expect(places[0]).toBeGreaterThan(-1)
  expect(places).toEqual(places.map((_, index) => (places[0] ?? 0) + index))
  expect(frames[0]).toMatchObject({ width: 160, height: 120, format })
})

async function decoded(jpeg: Buffer): Promise<Buffer> {
  const path = join(await temporaryFolder(), 'frame.jpg')
  await writeFile(path, jpeg)
  return ffmpeg('-i', path, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1')
}

test.each([
  ['58. 42.100', 1],
  ['60. 31.102', 0],
])('with libavcodec %s a node is warned %i times of its network cameras', async (codec, times) => {
  const { path } = await ensureBinary('ffmpeg')
  const folder = await temporaryFolder()
  const version = `echo "ffmpeg version 0.0\nlibavcodec     ${codec} / ${codec}"`
  const script = `case "$1" in -version) ${version};; *) exec ${path} "$@";; esac`
  vi.stubEnv('FFMPEG_PATH', await writeProgram(join(folder, 'ffmpeg'), script))
  onTestFinished(() => void vi.unstubAllEnvs())
  const { url } = await httpCamera(sending(await jpegsOf(160, 120)))
  const { log, lines } = keptLog()
  const plan = { kind: 'http', url, ...network, format: 'rgb24', frames: 1 } as const
  for (const each of [plan, plan, { ...pattern, frames: 1 }]) await collect(openFrames(each, { log }))
  expect(lines.filter((line) => line.includes('for files and test patterns only'))).toHaveLength(times)
})
