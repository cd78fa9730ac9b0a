import { createServer } from 'node:http'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { NetworkPlan } from '../../../src/runtime/core/plan/plan.js'
import { isTrustedAlike } from '../../../src/runtime/source/network/redirect.js'
import { certificateAuthority } from '../../support/certificates.js'
import { basicGuard, digestGuard, PASSWORD, USER, type Guard } from '../digest.js'
import { httpCamera, jpegsOf, sending } from '../http-camera.js'
import { collect, network, openFrames } from '../support.js'

const [jpeg = Buffer.alloc(0)] = await jpegsOf(64, 48, 1)
const video = sending([jpeg])

/** Takes the first frame of a camera. */
async function first(url: string, options: Partial<NetworkPlan> = {}): Promise<void> {
  const plan = { kind: 'http', url, ...network, format: 'mjpeg', frames: 1, ...options } as const
  const frames = await collect(openFrames(plan))
  expect(frames[0]?.data.equals(jpeg)).toBe(true)
}

const withUser = (url: string, password = PASSWORD): string => url.replace('//', `//${USER}:${password}@`)

async function guardedCamera(guard: Guard) {
  return await httpCamera((request, response) => {
    const { method = '', url = '', headers } = request
    const challenges = guard.check(method, url, headers.authorization ?? '')
    if (challenges) response.writeHead(401, { 'WWW-Authenticate': challenges }).end()
    else video(request, response)
  })
}

test.each([
  ['Basic', basicGuard],
  ['Digest with MD5', digestGuard('MD5')],
  ['Digest with SHA-256', digestGuard('SHA-256')],
])('a camera that asks for user and password by %s gets them, once it has asked', async (_, guard) => {
  const camera = await guardedCamera(guard)
  await first(withUser(camera.url))
  expect(camera.requests).toHaveLength(2)
  expect(camera.requests[0]?.headers.authorization).toBeUndefined()
})

test('a camera to which every answer is stale is given up', async () => {
  const camera = await guardedCamera(digestGuard('MD5', 0))
  await expect(first(withUser(camera.url))).rejects.toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
  expect(camera.requests).toHaveLength(8)
})

test.each([
  ['a wrong password', withUser('//x', 'wrong'), 'it rejects user and password'],
  ['none', '//x', 'it requires user and password'],
])('with %s the camera is not asked again and again', async (_, user, message) => {
  const camera = await guardedCamera(digestGuard('SHA-256'))
  const url = camera.url.replace('//', user.slice(0, -1))
  const error = await first(url).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'DAFFI_SOURCE_DENIED' })
  expect((error as Error).message).toBe(
    `source cam: 127.0.0.1:${camera.port} answers 401 Unauthorized: ${message}`,
  )
  expect(camera.requests.length).toBeLessThan(3)
})

test('a redirect within the server is followed, with user and password', async () => {
  const camera = await httpCamera((request, response) => {
    if (request.url === '/video') response.writeHead(302, { Location: '/other' }).end()
    else if (basicGuard.check('', '', request.headers.authorization ?? '')) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
    } else video(request, response)
  })
  await first(withUser(camera.url))
  expect(camera.requests.map(({ url }) => url)).toEqual(['/video', '/other', '/other'])
})

test.each([301, 302, 303, 307, 308])('a redirect (%d) to another server is not followed', async (status) => {
  const inner = await httpCamera(video)
  const camera = await httpCamera((_, response) => response.writeHead(status, { Location: inner.url }).end())
  await expect(first(withUser(camera.url))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_DENIED',
    message: expect.stringContaining(
      `redirects to http://127.0.0.1:${inner.port}, which is not followed`,
    ) as string,
    next: expect.stringContaining('redirects: any') as string,
  })
  expect(inner.requests).toEqual([])
})

test('where any redirect is allowed, the other server gets neither user nor password', async () => {
  const inner = await httpCamera((request, response) => {
    if (request.url === '/ask') response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
    else video(request, response)
  })
  const lead = (to: string) => httpCamera((_, response) => response.writeHead(302, { Location: to }).end())
  await first(withUser((await lead(inner.url)).url), { redirects: 'any' })
  const asking = first(withUser((await lead(inner.url.replace('video', 'ask'))).url), { redirects: 'any' })
  await expect(asking).rejects.toMatchObject({ code: 'DAFFI_SOURCE_DENIED' })
  expect(inner.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
})

test('a redirect from a named host has the other host in its request, and paths percent-encoded', async () => {
  const inner = await httpCamera(video)
  const to = `http://localhost:${inner.port}/b c/ü?x=ö`
  const outer = await httpCamera((_, response) =>
    // A header holds bytes, here those of UTF-8.
    response.writeHead(302, { Location: Buffer.from(to).toString('latin1') }).end(),
  )
  await first(`http://localhost:${outer.port}/a b/ä?y=ß`, { redirects: 'any' })
  const asked = [outer, inner].map(({ requests }) => [requests[0]?.headers.host, requests[0]?.url])
  expect(asked).toEqual([
    [`localhost:${outer.port}`, '/a%20b/%C3%A4?y=%C3%9F'],
    [`localhost:${inner.port}`, '/b%20c/%C3%BC?x=%C3%B6'],
  ])
})

test('another port of the same host gets no password, not even over TLS', async () => {
  const { issue, ca } = await certificateAuthority()
  const secure = await httpCamera(
    (request, response) => {
      if (request.headers.authorization === undefined)
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
      else video(request, response)
    },
    await issue({ host: '127.0.0.1' }),
  )
  const camera = await httpCamera((_, response) => response.writeHead(302, { Location: secure.url }).end())
  const asking = first(withUser(camera.url), { tls: { ca, insecure: false } })
  await expect(asking).rejects.toMatchObject({ code: 'DAFFI_SOURCE_DENIED' })
  expect(secure.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
})

test.each([
  ['http://cam/1', 'https://cam/2', true],
  ['rtsp://Cam/1', 'rtsps://cam:322/1', true],
  ['http://cam/1', 'http://cam:80/2', true],
  ['http://cam/1', 'https://cam:8443/2', false],
  ['http://cam:8080/1', 'https://cam/2', false],
  ['http://cam/1', 'http://cam:81/2', false],
  ['https://cam/1', 'http://cam/2', false],
  ['http://cam/1', 'https://cam.example/', false],
])('with the password for %s, %s gets it: %s', (from, to, expected) => {
  expect(isTrustedAlike(new URL(from), new URL(to))).toBe(expected)
})

test('a camera that redirects for ever is given up', async () => {
  const camera = await httpCamera((_, response) => response.writeHead(302, { Location: '/video' }).end())
  await expect(first(camera.url)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: expect.stringContaining('again and again') as string,
  })
})

test('a camera whose certificate is not trusted hears no request, and no password', async () => {
  const { issue, ca } = await certificateAuthority()
  const right = await issue({ host: '127.0.0.1' })
  for (const [pem, tls, words] of [
    [right, network.tls, /is not trusted/],
    [await issue({ host: 'elsewhere.example.com' }), { ca, insecure: false }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    [await issue({ host: '127.0.0.1', expired: true }), { ca, insecure: false }, /CERT_HAS_EXPIRED/],
  ] as const) {
    const camera = await httpCamera(video, pem)
    await expect(first(withUser(camera.url), { tls })).rejects.toMatchObject({
      code: 'DAFFI_SOURCE_DENIED',
      message: expect.stringMatching(words) as string,
      next: expect.stringContaining('tls: { ca }') as string,
    })
    expect(camera.requests).toEqual([])
  }
  const camera = await httpCamera(video, right)
  await first(withUser(camera.url), { tls: { ca, insecure: false } })
  await first(withUser(camera.url), { tls: { ca: undefined, insecure: true } })
  expect(camera.requests).toHaveLength(2)
})

test('nobody is redirected from TLS to a plain connection, even where any redirect is allowed', async () => {
  const { issue, ca } = await certificateAuthority()
  const plain = await httpCamera(video)
  const to = (target: string) => (_: unknown, response: import('node:http').ServerResponse) =>
    response.writeHead(302, { Location: target }).end()
  const camera = await httpCamera(to(plain.url), await issue({ host: '127.0.0.1' }))
  const tls = { ca, insecure: false }
  await expect(first(camera.url, { tls, redirects: 'any' })).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_DENIED',
  })
  expect(plain.requests).toEqual([])
  // The other way is an improvement, on the same host.
  const secure = await httpCamera(video, await issue({ host: '127.0.0.1' }))
  await first((await httpCamera(to(secure.url))).url, { tls })
})

test('a proxy of the environment is used, by tunnel for TLS, but not for excepted hosts', async () => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    video(request, response)
  }).on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`)
    const [, port] = (request.url ?? '').split(':')
    const far = connect(Number(port), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    far
      .on('error', () => undefined)
      .pipe(socket)
      .on('error', () => undefined)
      .pipe(far)
  })
  onTestFinished(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  const { issue, ca } = await certificateAuthority()
  const secure = await httpCamera(video, await issue({ host: '127.0.0.1' }))
  await first('http://camera.invalid/1')
  await first(secure.url, { tls: { ca, insecure: false } })
  expect(asked).toEqual(['GET http://camera.invalid/1', `CONNECT 127.0.0.1:${secure.port}`])

  vi.stubEnv('no_proxy', 'localhost,127.0.0.1')
  await first((await httpCamera(video)).url)
  expect(asked).toHaveLength(2)
})

test.each([
  ['http://camera.invalid/1', /the host camera\.invalid is not known \(E\w+\)/],
  ['http://127.0.0.1:1/', /127\.0\.0\.1:1 cannot be reached, or broke off \(ECONNREFUSED\)/],
])('%s is unreachable', async (url, message) => {
  await expect(first(url)).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_UNREACHABLE',
    message: expect.stringMatching(message) as string,
  })
})

test('headers that ffmpeg_args name are sent', async () => {
  const camera = await httpCamera(video)
  await first(camera.url, { ffmpegArgs: ['-user_agent', 'daffi test', '-referer', 'http://x/'] })
  expect(camera.requests[0]?.headers).toMatchObject({ 'user-agent': 'daffi test', referer: 'http://x/' })
})
