import { expect, test } from 'vitest'
import { checkUrl, portOf, splitUrl } from '../../../src/runtime/source/network/url.js'

test.each([
  ['rtsp', 'rtsp://camera/1'],
  ['rtsp', 'rtsps://user:pass@camera:322/1'],
  ['http', 'https://camera/video.mjpg?fps=5'],
] as const)('%s may be %s', (kind, url) => {
  expect(() => checkUrl({ kind, url }, 'cam')).not.toThrow()
})

test.each([
  ['rtsp', 'http://camera/1'],
  ['rtsp', '-i rtsp://camera/1'],
  ['http', 'file:///etc/passwd'],
  ['http', 'concat:http://a|http://b'],
  ['http', 'http://user:secret@[bad'],
] as const)('%s may not be %s', (kind, url) => {
  const check = (): void => checkUrl({ kind, url }, 'cam')
  expect(check).toThrow(expect.objectContaining({ code: 'DAFFI_SOURCE_BAD_URL' }))
  expect(check).toThrow(/^source cam: [^:]*rtsps?:\/\/|^source cam: [^:]*https?:\/\//)
  expect(check).not.toThrow(/secret/)
})

test.each([
  ['http://camera/v?a=b#c', 'http://camera/v?a=b', undefined],
  ['rtsp://me:p%20w@camera:8554/1', 'rtsp://camera:8554/1', { user: 'me', password: 'p w' }],
  ['http://us@er:p@ss@[::1]:81/', 'http://[::1]:81/', { user: 'us@er', password: 'p@ss' }],
  ['rtsp://me:100%@camera/1', 'rtsp://camera/1', { user: 'me', password: '100%' }],
])('%s without its user', (text, href, credentials) => {
  const { url, credentials: found } = splitUrl(text)
  expect(url.href).toBe(href)
  expect(found).toEqual(credentials)
})

test.each([
  ['http://camera/1', 80],
  ['https://camera/1', 443],
  ['rtsp://camera/1', 554],
  ['rtsps://camera/1', 322],
  ['rtsp://camera:8554/1', 8554],
])('the port of %s is %d', (url, port) => {
  expect(portOf(new URL(url))).toBe(port)
})
