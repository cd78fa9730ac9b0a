import { once } from 'node:events'
import { createServer, connect as connectTo, type AddressInfo, type Socket } from 'node:net'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import type { NetworkPlan } from '../../../src/runtime/core/plan/plan.js'
import { connectRtsp } from '../../../src/runtime/source/network/rtsp/connect-rtsp.js'
import { isOwnPeer } from '../../../src/runtime/source/network/rtsp/own-peer.js'
import { certificateAuthority } from '../../support/certificates.js'
import { basicGuard, digestGuard, PASSWORD, USER } from '../digest.js'
import { rtspCamera } from '../rtsp-camera.js'
import { collect, network, openFrames } from '../support.js'
import { waitFor } from '../../support/wait.js'

async function read(url: string, options: Partial<NetworkPlan> = {}): Promise<void> {
  const frames = await collect(openFrames({ kind: 'rtsp', url, ...network, frames: 2, ...options }))
  expect(frames[1]).toMatchObject({ width: 160, height: 120, sequence: 1 })
}

const withUser = (url: string, password = PASSWORD): string => url.replace('//', `//${USER}:${password}@`)
const methodsOf = (requests: string[]): string[] => requests.map((request) => request.split(' ')[0] ?? '')

test.each([
  ['Basic', basicGuard],
  ['Digest with MD5', digestGuard('MD5')],
  ['Digest with SHA-256', digestGuard('SHA-256')],
  ['Digest with a nonce for two requests', digestGuard('MD5', 2)],
])('user and password are given by %s, once the camera has asked', async (_, guard) => {
  const camera = await rtspCamera({ guard })
  await read(withUser(camera.url))
  expect(methodsOf(camera.requests)).toEqual(expect.arrayContaining(['DESCRIBE', 'SETUP', 'PLAY']))
  expect(camera.requests.find((request) => request.startsWith('DESCRIBE'))).not.toMatch(/Authorization/)
  expect(camera.requests.join('\n')).not.toContain('127.0.0.1:0')
})

test('a camera to which every answer is stale is given up', async () => {
  const guard = { check: () => ['Digest realm="yard", nonce="n", qop="auth", stale=true'] }
  const camera = await rtspCamera({ guard })
  await expect(read(withUser(camera.url))).rejects.toMatchObject({ code: 'DAFFI_SOURCE_DENIED' })
  expect(camera.requests.length).toBeLessThan(10)
})

test.runIf(process.platform === 'linux')('a peer that has closed is nobody’s', async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connectTo((server.address() as AddressInfo).port, '127.0.0.1')
  const [peer] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    peer.destroy()
    server.close()
  })
  expect(isOwnPeer(peer)).toBe(true)
  client.destroy()
  await once(peer.resume(), 'end')
  expect(isOwnPeer(peer)).toBe(false)
})

test('a wrong password is told without it', async () => {
  const camera = await rtspCamera({ guard: digestGuard('MD5') })
  const error = await read(withUser(camera.url, 'wrong-1')).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'DAFFI_SOURCE_DENIED',
    message: expect.stringContaining(
      `127.0.0.1:${camera.port} answers 401 Unauthorized: it rejects`,
    ) as string,
  })
  expect(JSON.stringify([(error as Error).message, error])).not.toContain('wrong-1')
  expect(methodsOf(camera.requests).filter((method) => method === 'DESCRIBE')).toHaveLength(2)
})

test.each([
  ['relative', 'track1'],
  ['absolute', 'rtsp://camera.internal/camera/track1?key=a b'],
])('a track with a %s address is asked for by that', async (_, control) => {
  const camera = await rtspCamera({ control })
  await read(`${camera.url}?token=secret`)
  const base = `${camera.url}?token=secret`
  const track = control === 'track1' ? `${base}/track1` : 'rtsp://camera.internal/camera/track1?key=a%20b'
  const asked = (method: string) =>
    camera.requests.find((request) => request.startsWith(`${method} `))?.split(' ')[1]
  expect([asked('DESCRIBE'), asked('SETUP'), asked('PLAY')]).toEqual([base, track, base])
})

test.each<[string, Parameters<typeof rtspCamera>[0]]>([
  ['gives its track no address, and chooses other channels', { control: null, channel: 6 }],
  ['sends packets before it answers PLAY, and numbers no answers', { isEager: true, isTerse: true }],
])('a camera that %s can be read, and hears when that ends', async (_, options) => {
  const camera = await rtspCamera(options)
  await read(camera.url, { frames: 2 })
  await waitFor(() => expect(methodsOf(camera.requests)).toContain('TEARDOWN'))
  expect(camera.requests.join('\n')).not.toContain('127.0.0.1:0')
})

test('the first picture of a slow camera comes before seven of them have', async () => {
  const camera = await rtspCamera({ rate: 2 })
  await read(camera.url, { stallMs: 3500 })
})

test('a camera that never answers what keeps its session alive is asked on, and one that refuses it stays', async () => {
  const asked: number[] = []
  const camera = createServer((socket) => {
    onTestFinished(() => void socket.destroy())
    socket.on('data', (bytes) => {
      for (const [, method = '', number = ''] of bytes.toString().matchAll(/^(\w+) .*\r\nCSeq: (\d+)/gm)) {
        if (method === 'PLAY') socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${number}\r\n\r\n`)
        else asked.push(Number(number))
        if (asked.length === 40) socket.write(`RTSP/1.0 403 Forbidden\r\nCSeq: ${number}\r\n\r\n`)
      }
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void camera.close())
  await once(camera, 'listening')
  const url = `rtsp://127.0.0.1:${(camera.address() as AddressInfo).port}/`
  const plan: NetworkPlan = { kind: 'rtsp', url, ...network }
  const connection = await connectRtsp(plan, { signal: new AbortController().signal, silenceMs: 5000 })
  onTestFinished(() => connection.close())
  const player = connectTo(Number(new URL(connection.args.at(-1) ?? '').port), '127.0.0.1')
  onTestFinished(() => void player.destroy())
  const ask = (method: string, number: number) =>
    player.write(`${method} rtsp://127.0.0.1/0 RTSP/1.0\r\nCSeq: ${number}\r\n\r\n`)
  ask('PLAY', 1)
  await once(player, 'data')
  for (let number = 2; number < 42; number++) ask('GET_PARAMETER', number)
  const [answer] = (await once(player, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^RTSP\/1\.0 403 Forbidden\r\nCSeq: 41\r\n/)
  expect(asked).toHaveLength(40)
  expect(connection.failure()).toBeUndefined()
})

test('over UDP, packets come from the camera, and the messages through the relay', async () => {
  const camera = await rtspCamera({ guard: digestGuard('MD5') })
  await read(withUser(camera.url), { ffmpegArgs: ['-rtsp_transport', 'udp'] })
  expect(camera.requests.find((request) => request.startsWith('SETUP'))).toMatch(/client_port=/)
})

test('an rtsps camera is verified before anything is asked', async () => {
  const { issue, ca } = await certificateAuthority()
  const camera = await rtspCamera({ pem: await issue({ host: '127.0.0.1' }), guard: basicGuard })
  await expect(read(withUser(camera.url))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_DENIED',
    message: expect.stringContaining('is not trusted') as string,
  })
  const other = await rtspCamera({ pem: await issue({ host: 'other.example.com' }) })
  await expect(read(withUser(other.url), { tls: { ca, insecure: false } })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_DENIED',
  })
  expect([...camera.requests, ...other.requests]).toEqual([])

  await read(withUser(camera.url), { tls: { ca, insecure: false } })
  await read(withUser(camera.url), { tls: { ca: undefined, insecure: true } })
})

test('a redirect is followed within the server only, unless allowed', async () => {
  const other = await rtspCamera({ guard: basicGuard })
  const camera = await rtspCamera({ redirect: other.url })
  await expect(read(withUser(camera.url))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_DENIED',
    message: expect.stringContaining('which is not followed') as string,
  })
  expect(other.requests).toEqual([])
  const open = await rtspCamera()
  await read((await rtspCamera({ redirect: open.url })).url, { redirects: 'any' })
  // Another server gets no password.
  const asking = read(withUser(camera.url), { redirects: 'any' })
  await expect(asking).rejects.toMatchObject({ code: 'DAFFI_SOURCE_DENIED' })
  expect(other.requests.join('\n')).not.toMatch(/Authorization/)
})

test.each([
  ['HTTP/1.1 400 Bad Request\r\n\r\n', 'what answers does not speak RTSP'],
  [`RTSP/1.0 200 OK\r\n${`X: ${'a'.repeat(1000)}\r\n`.repeat(100)}`, 'a header of its answers is too large'],
  ['RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n', 'a message of its answers is too large'],
])('an answer that is none is a failure: %.30j', async (answer, message) => {
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => undefined).once('data', () => socket.write(answer))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await expect(read(url)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining(message) as string,
  })
})

test('a host that is not there is unreachable', async () => {
  await expect(read('rtsp://camera.invalid/1')).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_UNREACHABLE',
    message: expect.stringMatching(/^source cam: the host camera\.invalid is not known \(E\w+\)/) as string,
  })
  await expect(read('rtsp://127.0.0.1:1/')).rejects.toMatchObject({ code: 'DAFFI_SOURCE_UNREACHABLE' })
})

/** A program that connects to a port, and prints what comes until the end. */
const CONNECT = `const s = require('net').connect(Number(process.argv[1]), '127.0.0.1'); s.on('error', () => {});
s.write('DESCRIBE rtsp://127.0.0.1/0 RTSP/1.0\\r\\nCSeq: 1\\r\\n\\r\\n'); s.pipe(process.stdout); s.on('close', () => process.exit())`

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'another user of the machine gets nothing from the relay',
  async () => {
    const camera = await rtspCamera({ guard: basicGuard })
    const plan: NetworkPlan = { kind: 'rtsp', url: withUser(camera.url), ...network }
    const connection = await connectRtsp(plan, { signal: new AbortController().signal, silenceMs: 5000 })
    onTestFinished(() => connection.close())
    const port = new URL(connection.args.at(-1) ?? '').port
    const asNobody = ['--reuid', '65534', '--clear-groups', process.execPath, '-e', CONNECT, port]
    expect((await execa('setpriv', asNobody)).stdout).toBe('')
    expect(camera.requests).toEqual([])
    // It has not taken the one connection away.
    expect(
      (await execa(process.execPath, ['-e', `${CONNECT}; s.once('data', () => s.end())`, port])).stdout,
    ).toMatch(/^RTSP\/1\.0 200 OK/)
  },
)

test('the relay takes one connection', async () => {
  const camera = await rtspCamera()
  const plan: NetworkPlan = { kind: 'rtsp', url: camera.url, ...network }
  const connection = await connectRtsp(plan, { signal: new AbortController().signal, silenceMs: 5000 })
  onTestFinished(() => connection.close())
  const port = Number(new URL(connection.args.at(-1) ?? '').port)
  const one = connectTo(port, '127.0.0.1')
  onTestFinished(() => void one.destroy())
  one.write('OPTIONS rtsp://127.0.0.1/0 RTSP/1.0\r\nCSeq: 7\r\n\r\n')
  const [answer] = (await once(one, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^RTSP\/1\.0 200 OK\r\nCSeq: 7\r\n/)
  const two = connectTo(port, '127.0.0.1')
  await expect(once(two, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
