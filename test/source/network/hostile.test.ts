import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { NetworkPlan } from '../../../src/runtime/core/plan/plan.js'
import { temporaryFolder } from '../../support/temporary.js'
import { begin, httpCamera, jpegsOf, part } from '../http-camera.js'
import { collect, network, open } from '../support.js'
import { video } from '../../support/ffmpeg.js'

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

test.each(FORMATS)('a body without any picture is given up, in %s', async (format) => {
  const camera = await httpCamera((_, response) => flood(begin(response), Buffer.alloc(65_536, 'x')))
  await expect(read(camera.url, { format })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('its data has no picture within 1024 KiB') as string,
  })
})

test.each(FORMATS)('a picture without an end is given up, in %s, with bounded memory', async (format) => {
  const camera = await httpCamera((_, response) => {
    begin(response).write(jpeg.subarray(0, -2))
    flood(response, Buffer.alloc(65_536))
  })
  await expect(read(camera.url, { format })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('one of its pictures does not end within 64 MiB') as string,
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

type Sent = (string | Buffer)[]
const LENGTH = (bytes: number): string => `Content-Length: ${bytes}\r\n\r\n`

test.each<[string, (each: Buffer) => Sent]>([
  ['no lengths', (each) => [`--next\r\nContent-Type: image/jpeg\r\n\r\n`, each, '\r\n']],
  ['another boundary than announced', (each) => [`----x\r\n${LENGTH(each.length)}`, each, '\r\n']],
  ['nothing behind a picture', (each) => [`--next\r\n${LENGTH(each.length)}`, each]],
  ['only line feeds', (each) => [`--next\ncontent-length: ${each.length}\n\n`, each, '\n']],
  ['parts that are no pictures', (each) => ['--next\r\n\r\nhello\r\n', `--next\r\n\r\n`, each, '\r\n']],
  ['no first boundary', (each) => [each, '\r\n--next\r\nContent-Type: image/jpeg\r\n\r\n']],
  ['a text in front', (each) => ['This is multipart.\r\n', `--next\r\n${LENGTH(each.length)}`, each]],
  ['lengths that are too small', (each) => [`--next\r\n${LENGTH(each.length - 99)}`, each, '\r\n']],
  ['lengths that are too large', (each) => [`--next\r\n${LENGTH(each.length + 99)}`, each, '\r\n']],
  ['enormous lengths', (each) => [`--next\r\n${LENGTH(99999999999)}`, each, '\r\n']],
  ['no multipart at all', (each) => [each]],
  ['junk between its pictures', (each) => [each, Buffer.alloc(5000, '\xff', 'latin1')]],
  ['half pictures among the whole ones', (each) => [`--next\r\n\r\n`, each.subarray(0, -50), '\r\n', each]],
])('a lax camera with %s can be read, whatever it says to send', async (name, send) => {
  const jpegs = await jpegsOf(64, 48)
  for (const type of ['multipart/x-mixed-replace;boundary="next"', 'image/jpeg', 'video/mp4', undefined]) {
    const camera = await httpCamera((_, response) => {
      response.writeHead(200, type === undefined ? {} : { 'Content-Type': type })
      // One byte alone says nothing yet.
      const [first = 0, ...rest] = Buffer.concat(jpegs.flatMap(send).map((each) => Buffer.from(each)))
      response.write(Buffer.from([first]), () => response.write(Buffer.from([...rest])))
    })
    // A text in front is passed over only where pictures are announced.
    if (name === 'a text in front' && !/multipart|jpeg/.test(type ?? '')) continue
    const frames = (await read(camera.url, { format: 'mjpeg', frames: 3 })) as { data: Buffer }[]
    expect(frames.map(({ data }) => data.toString('hex'))).toEqual(jpegs.map((each) => each.toString('hex')))
  }
})

test.each(FORMATS)('a camera that breaks off in a picture gives no half one, in %s', async (format) => {
  const camera = await httpCamera((_, response) => {
    begin(response)
    response.write(part(jpeg))
    response.write(part(jpeg).subarray(0, -60), () => response.destroy())
  })
  const frames = (await read(camera.url, { format, frames: 2 })) as { data: Buffer }[]
  expect(camera.requests).toHaveLength(2)
  if (format === 'mjpeg') for (const { data } of frames) expect(data.equals(jpeg)).toBe(true)
  else expect(frames[0]?.data.equals(frames[1]?.data ?? Buffer.alloc(0))).toBe(true)
})

test('an address that gives one JPEG gives a picture for each request', async () => {
  const camera = await httpCamera((_, response) => {
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': jpeg.length }).end(jpeg)
  })
  const frames = (await read(camera.url, { format: 'gray', frames: 2 })) as { data: Buffer }[]
  expect(frames).toHaveLength(2)
  expect(camera.requests).toHaveLength(2)
})
