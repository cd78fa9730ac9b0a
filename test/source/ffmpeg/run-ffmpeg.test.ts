import { once } from 'node:events'
import { truncate, stat } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Frame } from '../../../src/runtime/core/frame.js'
import { waitUntilGone } from '../../support/leaks.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'
import { collect, fileAt, network, open, openFrames, ownPattern } from '../support.js'
import { ffmpeg, ffmpegWith, video } from '../../support/ffmpeg.js'

test('leaving the loop ends ffmpeg', async () => {
  const { plan, mark } = ownPattern()
  const frames = openFrames(plan)
  await frames.next()
  expect(await ffmpegWith(mark)).toHaveLength(1)
  await frames.return()
  expect(await waitUntilGone(mark)).toEqual([])
})

test('an abort ends the source normally, and ffmpeg with it, even when it is stuck in a full pipe', async () => {
  const { plan, mark } = ownPattern()
  const controller = new AbortController()
  const frames = openFrames({ ...plan, size: { width: 1280, height: 720 } }, { signal: controller.signal })
  await frames.next()
  controller.abort()
  expect(await frames.next()).toEqual({ done: true, value: undefined })
  expect(await waitUntilGone(mark)).toEqual([])
})

test.each(['gray', 'mjpeg'] as const)(
  'a %s frame is not held back; an abort ends the wait',
  async (format) => {
    const controller = new AbortController()
    const frames = openFrames({ ...ownPattern().plan, format, fps: 0.01 }, { signal: controller.signal })
    await frames.next()
    const next = frames.next()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  },
)

test('a source that is aborted beforehand starts no process', async () => {
  const { plan, mark } = ownPattern()
  expect(await collect(open(plan, { signal: AbortSignal.abort() }))).toEqual([])
  expect(await waitUntilGone(mark, 0)).toEqual([])
})

test("an ffmpeg that fails is an error with ffmpeg's last lines", async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, { 'video.avi': 'no video at all' })
  const path = `${folder}/video.avi`
  await expect(collect(open(fileAt(path)))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringMatching(
      /^source cam: ffmpeg failed with exit code \d+ before the first frame; ffmpeg's last lines: .*Invalid data found/,
    ) as string,
  })
})

test('a file without a picture is an error', async () => {
  const path = `${await temporaryFolder()}/sound.mkv`
  await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=0.1', path)
  await expect(collect(open(fileAt(path)))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringMatching(/Stream map '.*' matches no streams/) as string,
  })
})

test('a file that is cut off gives its readable frames, and then an error', async () => {
  const path = await video(await temporaryFolder(), 'video.mkv', '-c:v', 'rawvideo')
  await truncate(path, Math.floor((await stat(path)).size / 2))
  const frames: Frame[] = []
  const reading = (async () => {
    for await (const frame of openFrames(fileAt(path))) frames.push(frame)
  })()
  await expect(reading).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_CUT_OFF',
    message: expect.stringMatching(/^source cam: the file is cut off after \d frames/) as string,
  })
  expect(frames.length).toBeGreaterThan(3)
  expect(frames.length).toBeLessThan(9)
})

test('a file without its index cannot be read at all', async () => {
  const path = await video(await temporaryFolder(), 'video.mp4', '-c:v', 'libx264')
  await truncate(path, Math.floor((await stat(path)).size / 2))
  await expect(collect(open(fileAt(path)))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('moov atom not found') as string,
    next: 'Check that the file is a complete video.',
  })
})

test('a live source that ends before its first frame is an error', async () => {
  const server = await listen((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\n'))
  const url = `http://127.0.0.1:${server}/`
  await expect(collect(open({ kind: 'http', url, ...network }))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
  })
})

test.each(['rtsp', 'http'] as const)('a dead %s host is given up on abort', async (kind) => {
  const controller = new AbortController()
  const port = await listen(() => controller.abort())
  const url = `${kind}://127.0.0.1:${port}/live`
  expect(await collect(open({ kind, url, ...network }, { signal: controller.signal }))).toEqual([])
  expect(await waitUntilGone(url)).toEqual([])
})

test('an error does not show the password of a URL', async () => {
  const port = await listen((socket) => socket.end('HTTP/1.0 401 Unauthorized\r\n\r\n'))
  const url = `http://admin:se%20cret@127.0.0.1:${port}/live?pwd=hidden`
  const error = await collect(open({ kind: 'http', url, ...network })).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'DAFFI_SOURCE_DENIED' })
  expect(JSON.stringify([(error as Error).message, error])).not.toMatch(/admin|cret|hidden/)
  expect((error as Error).message).toContain(
    `127.0.0.1:${port} answers 401 Unauthorized: it rejects user and password`,
  )
})

/** A server for the running test, on a free port of the loopback. */
async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
