import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ensureBinary } from '../../../src/runtime/binaries/index.js'
import { deferred } from '../../../src/runtime/core/deferred.js'
import type { SourceEvent } from '../../../src/runtime/source/index.js'
import { keptLog } from '../../support/kept-log.js'
import { freePort } from '../../support/ports.js'
import { writeProgram } from '../../support/programs.js'
import { temporaryFolder } from '../../support/temporary.js'
import { rtspCamera } from '../rtsp-camera.js'
import { collect, ffmpeg, network, openFrames, pattern, video } from '../support.js'

test('an http camera gives its pictures as they come', async () => {
  const jpegs = await collect(openFrames({ ...pattern, format: 'mjpeg', frames: 5 }))
  const camera = await httpCamera()
  const frames = openFrames({ kind: 'http', url: camera.url, ...network, frames: 4 })
  let frame = frames.next()
  const response = await camera.viewer
  // From the first picture ffmpeg only detects the format.
  for (const [index, { data }] of jpegs.entries()) {
    response.write(part(data))
    if (index === 0) continue
    const { value } = await frame
    expect(value).toMatchObject({ ...pattern.size, format: 'gray', sequence: index - 1 })
    expect(value?.data.equals(await decoded(data))).toBe(true)
    frame = frames.next()
  }
  expect(await frame).toEqual({ done: true, value: undefined })
})

test("an http camera's JPEGs are passed through byte for byte, whatever their size", async () => {
  const [large, small] = await Promise.all([jpegsOf(64, 48), jpegsOf(32, 24)])
  const camera = await httpCamera()
  const frames = collect(
    openFrames({ kind: 'http', url: camera.url, ...network, format: 'mjpeg', frames: 5 }),
  )
  const response = await camera.viewer
  for (const jpeg of [...large, ...small]) response.write(part(jpeg))
  const seen = await frames
  expect(seen.map(({ width }) => width)).toEqual([64, 64, 32, 32, 32])
  const sent = [...large.slice(1), ...small]
  expect(Buffer.concat(seen.map(({ data }) => data)).equals(Buffer.concat(sent))).toBe(true)
})

test('pictures that change size within the stream are scaled to the size of the first', async () => {
  const [large, small] = await Promise.all([jpegsOf(64, 48), jpegsOf(32, 24)])
  const camera = await httpCamera()
  const frames = collect(openFrames({ kind: 'http', url: camera.url, ...network, frames: 5 }))
  const response = await camera.viewer
  for (const jpeg of [...large, ...small]) response.write(part(jpeg))
  expect((await frames).map(({ data }) => data.length)).toEqual(Array(5).fill(64 * 48))
})

test('an http camera that falls silent is asked again, and goes on', async () => {
  const jpegs = await jpegsOf(64, 48)
  const camera = await httpCamera()
  const events: SourceEvent[] = []
  const plan = { kind: 'http', url: camera.url, ...network, stallMs: 1500, frames: 4 } as const
  const frames = collect(openFrames(plan, { onEvent: (event) => events.push(event) }))
  for (const viewer of [camera.viewer, camera.again]) {
    const response = await viewer
    for (const jpeg of jpegs) response.write(part(jpeg))
  }
  expect((await frames).map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
  expect(events).toMatchObject([
    { type: 'gap', error: { message: expect.stringContaining('nothing came for 1.5 s') as string } },
    { type: 'resumed' },
  ])
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

test('a playlist from the network cannot make ffmpeg read local files', async () => {
  const file = await video(await temporaryFolder(), 'private.mp4')
  const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${file}\n#EXT-X-ENDLIST\n`
  const camera = await httpCamera('application/x-mpegurl')
  const frames = collect(openFrames({ kind: 'http', url: `${camera.url}.m3u8`, ...network }))
  void camera.viewer.then((response) => response.end(playlist))
  await expect(frames).rejects.toMatchObject({ message: expect.stringMatching(/not on whitelist/) as string })
})

async function jpegsOf(width: number, height: number): Promise<Buffer[]> {
  const plan = { ...pattern, size: { width, height }, format: 'mjpeg', frames: 3 } as const
  return (await collect(openFrames(plan))).map(({ data }) => data)
}

function part(jpeg: Buffer): Buffer {
  const header = `--next\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(header), jpeg, Buffer.from('\r\n')])
}

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
  const url = `rtsp://127.0.0.1:${await freePort()}/`
  const { log, lines } = keptLog()
  const openBoth = [1, 2].map(() => collect(openFrames({ kind: 'rtsp', url, ...network }, { log })))
  const local = collect(openFrames({ ...pattern, frames: 1 }, { log }))
  await Promise.allSettled([...openBoth, local])
  expect(lines.filter((line) => line.includes('for files and test patterns only'))).toHaveLength(times)
})

interface HttpCamera {
  url: string
  /** Response to the first request, to be written to. */
  viewer: Promise<ServerResponse>
  /** Response to the second request. */
  again: Promise<ServerResponse>
}

async function httpCamera(type = 'multipart/x-mixed-replace; boundary=next'): Promise<HttpCamera> {
  const [viewer, again] = [deferred<ServerResponse>(), deferred<ServerResponse>()]
  let asked = 0
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': type }).flushHeaders()
    if (asked++ === 0) viewer.resolve(response)
    else again.resolve(response)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/video`
  return { url, viewer: viewer.promise, again: again.promise }
}
