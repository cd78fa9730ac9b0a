import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { resolveHost } from '../../../src/runtime/source/input/resolve-host.js'

beforeEach(() => {
  vi.stubEnv('http_proxy', '')
  onTestFinished(() => void vi.unstubAllEnvs())
})

test.each(['rtsp://10.0.0.1:554/live', 'http://me:pw@[::1]:81/?a=b'])('%s is left as it is', async (url) => {
  expect(await resolveHost(url, 'cam')).toEqual([{ url, host: undefined }])
})

test('a name is replaced by its addresses, and nothing else changes', async () => {
  const addresses = await resolveHost('rtsp://us@er:p%20w@localhost:8554/live?user=a@b', 'cam')
  expect(addresses).toContainEqual({
    url: 'rtsp://us@er:p%20w@127.0.0.1:8554/live?user=a@b',
    host: 'localhost:8554',
  })
})

test('with TLS the name itself comes first', async () => {
  const [first, second] = await resolveHost('https://localhost/a', 'cam')
  expect(first).toEqual({ url: 'https://localhost/a', host: undefined })
  expect(second).toMatchObject({ host: 'localhost' })
})

test('with a proxy the name comes first, and need not be resolvable here', async () => {
  vi.stubEnv('http_proxy', 'http://proxy.example.com:3128')
  expect(await resolveHost('http://camera.invalid/1', 'cam')).toEqual([
    { url: 'http://camera.invalid/1', host: undefined },
  ])
  expect(await resolveHost('http://localhost/1', 'cam')).toContainEqual({
    url: 'http://127.0.0.1/1',
    host: 'localhost',
  })
})

test('an unknown name is reported without the rest of the URL', async () => {
  await expect(resolveHost('rtsp://me:secret@camera.invalid/1?pwd=hidden', 'cam')).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_UNREACHABLE',
    message: expect.stringMatching(/^source cam: the host camera\.invalid is not known \(E\w+\)$/) as string,
  })
})
