import { expect, test } from 'vitest'
import { checkUrl, withoutCredentials } from '../../../src/runtime/source/input/url.js'
import { network } from '../support.js'

test.each([
  ['rtsp', 'rtsp://camera/1'],
  ['rtsp', 'rtsps://user:pass@camera:322/1'],
  ['http', 'https://camera/video.mjpg?fps=5'],
] as const)('%s may be %s', (kind, url) => {
  expect(() => checkUrl({ kind, url, ...network }, 'cam')).not.toThrow()
})

test.each([
  ['rtsp', 'http://camera/1'],
  ['rtsp', '-i rtsp://camera/1'],
  ['http', 'file:///etc/passwd'],
  ['http', 'concat:http://a|http://b'],
  ['http', 'http://user:secret@[bad'],
] as const)('%s may not be %s', (kind, url) => {
  const check = (): void => checkUrl({ kind, url, ...network }, 'cam')
  expect(check).toThrow(expect.objectContaining({ code: 'DAFFI_SOURCE_BAD_URL' }))
  expect(check).toThrow(/^source cam: [^:]*rtsps?:\/\/|^source cam: [^:]*https?:\/\//)
  expect(check).not.toThrow(/secret/)
})

test.each([
  ['rtsp://user:pass@camera/1', 'rtsp://camera/1'],
  ['rtsp://us@er:p@ss@camera:554/1?token=abc', 'rtsp://camera:554/1'],
  ['http://camera/video.cgi?user=admin&pwd=secret', 'http://camera/video.cgi'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutCredentials(`failed: ${url}: refused`, url)).toBe(`failed: ${shown}: refused`)
})

test('user and password of other URLs are removed too', () => {
  expect(withoutCredentials('moved to https://user:pass@other/1', undefined)).toBe('moved to https://other/1')
})
