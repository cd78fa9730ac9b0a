import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { NetworkPlan } from '../../../src/runtime/core/plan/plan.js'
import { temporaryFolder } from '../../support/temporary.js'
import { begin, httpCamera, jpegsOf, part } from '../http-camera.js'
import { collect, network, open, video } from '../support.js'

const [jpeg = Buffer.alloc(0)] = await jpegsOf(64, 48, 1)
const FORMATS = ['gray', 'mjpeg'] as const

function read(url: string, options: Partial<NetworkPlan> = {}): Promise<unknown[]> {
  return collect(open({ kind: 'http', url, ...network, frames: 1, ...options }))
}

/** A server that takes a connection and sends what it likes. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined)
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Sends something again and again, as fast as it is taken. */
function flood(stream: Writable, bytes: Buffer): void {
  const push = (): void => {
    while (!stream.destroyed && stream.write(bytes));
  }
  stream.on('error', () => undefined).on('drain', push)
  push()
}

test.each([
  [
    'application/x-mpegurl',
    (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}\n#EXT-X-ENDLIST\n`,
  ],
  ['video/mp4', (url: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}\n#EXT-X-ENDLIST\n`],
  ['text/plain', (url: string) => `ffconcat version 1.0\nfile '${url}'\n`],
])('a playlist (%s) makes nobody ask another server, nor read a file', async (type, playlist) => {
  const inner = await httpCamera((_, response) => response.end())
  const file = await video(await temporaryFolder(), 'private.ts', '-c:v', 'libx264')
  for (const target of [inner.url, `file://${file}`]) {
    const camera = await httpCamera((_, response) => {
      response.writeHead(200, { 'Content-Type': type }).end(playlist(target))
    })
    await expect(read(`${camera.url}.m3u8`)).rejects.toMatchObject({
      code: 'DAFFI_SOURCE_FAILED',
      message: expect.stringContaining('refused its format (a playlist') as string,
      next: expect.stringContaining('playlists (HLS, DASH) are not followed') as string,
    })
  }
  expect(inner.requests).toEqual([])
})

test.each(FORMATS)('an endless header is given up, in %s', async (format) => {
  const url = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    flood(socket, Buffer.from(`X-${'a'.repeat(1000)}: b\r\n`))
  })
  await expect(read(url, { format })).rejects.toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
})

test.each(FORMATS)('a body without any boundary is given up, in %s', async (format) => {
  const camera = await httpCamera((_, response) => flood(begin(response), Buffer.alloc(65_536, 'x')))
  await expect(read(camera.url, { format })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('its data has no picture within 64 KiB of a part') as string,
  })
})

test.each(FORMATS)('a part without an end is given up, in %s, with bounded memory', async (format) => {
  const camera = await httpCamera((_, response) => {
    begin(response).write('--next\r\nContent-Type: image/jpeg\r\n\r\n')
    flood(response, Buffer.alloc(65_536))
  })
  await expect(read(camera.url, { format })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('no part of its data ends within 64 MiB') as string,
  })
})

test.each(FORMATS)('a part that says to be huge takes no memory, in %s', async (format) => {
  const camera = await httpCamera((_, response) => {
    begin(response).write('--next\r\nContent-Length: 99999999999\r\n\r\n')
  })
  await expect(read(camera.url, { format })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('is said to have 99999999999 bytes') as string,
  })
})

test.each(FORMATS)('a JPEG that says to have 4 gigapixels is refused, in %s', async (format) => {
  const huge = Buffer.from(jpeg)
  const header = huge.indexOf(Buffer.from([0xff, 0xc0]))
  huge.writeUInt32BE(0xffffffff, header + 5)
  const camera = await httpCamera((_, response) => begin(response).write(part(huge)))
  await expect(read(camera.url, { format })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('its pictures are 65535x65535, more than 64 megapixels') as string,
  })
})

test.each(FORMATS)('a camera that only drips is given up after its time, in %s', async (format) => {
  const camera = await httpCamera((_, response) => {
    begin(response).write('--next\r\nContent-Length: 5000\r\n\r\n')
    void (async () => {
      while (!response.destroyed) {
        response.write('x')
        await delay(50)
      }
    })()
  })
  await expect(read(camera.url, { format, stallMs: 400 })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_UNREACHABLE',
    message: expect.stringContaining('nothing came for 400 ms before the first frame') as string,
  })
})

test.each([[''], ['HTTP/1.1 200 OK\r\n\r\n']])(
  'a server that sends %j and then nothing is given up after its time',
  async (answer) => {
    const url = await rawServer((socket) => socket.write(answer))
    await expect(read(url, { stallMs: 300 })).rejects.toMatchObject({
      code: 'DAFFI_SOURCE_UNREACHABLE',
      message: expect.stringContaining('nothing came for 300 ms') as string,
    })
  },
)

test.each([
  ['SSH-2.0-OpenSSH_9.9\r\n', /Parse Error|Expected HTTP/],
  ['HTTP/1.1 500 Broken\r\n\r\n', /answers 500 Broken/],
  ['HTTP/1.1 302 Found\r\n\r\n', /does not say where to/],
  [
    'HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n',
    /which is not followed|does not say where to/,
  ],
])('%j is a failure', async (answer, message) => {
  const url = await rawServer((socket) => socket.end(answer))
  await expect(read(url, { redirects: 'any' })).rejects.toMatchObject({
    code: expect.stringMatching(/^DAFFI_SOURCE_(FAILED|DENIED)$/) as string,
    message: expect.stringMatching(message) as string,
  })
})

test.each([
  ['no lengths', (each: Buffer) => [`--next\r\nContent-Type: image/jpeg\r\n\r\n`, each, '\r\n']],
  [
    'another boundary than announced',
    (each: Buffer) => [`----x\r\nContent-Length: ${each.length}\r\n\r\n`, each, '\r\n'],
  ],
  ['nothing behind a picture', (each: Buffer) => [`--next\r\nContent-Length:${each.length}\r\n\r\n`, each]],
  ['only line feeds', (each: Buffer) => [`--next\ncontent-length: ${each.length}\n\n`, each, '\n']],
  [
    'parts that are no pictures',
    (each: Buffer) => [
      '--next\r\n\r\nhello\r\n',
      `--next\r\nContent-Length: ${each.length}\r\n\r\n`,
      each,
      '\r\n',
    ],
  ],
])('a lax camera with %s can be read', async (_, send) => {
  const jpegs = await jpegsOf(64, 48)
  const camera = await httpCamera((__, response) => {
    begin(response)
    for (const each of jpegs) for (const piece of send(each)) response.write(piece)
    response.write('--next\r\n')
  })
  const frames = (await read(camera.url, { format: 'mjpeg', frames: 3 })) as { data: Buffer }[]
  expect(frames.map(({ data }, index) => data.equals(jpegs[index] ?? Buffer.alloc(0)))).toEqual([
    true,
    true,
    true,
  ])
})
