import { expect, test } from 'vitest'
import { checkUrl, hostOf, portOf } from '../../../src/runtime/source/network/url.js'

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
] as const)('%s may not be %s', (kind, url) => {
  const check = (): void => checkUrl({ kind, url }, 'cam')
  expect(check).toThrow(expect.objectContaining({ code: 'DAFFI_SOURCE_BAD_URL' }))
  expect(check).toThrow(/^source cam: [^:]*rtsps?:\/\/|^source cam: [^:]*https?:\/\//)
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

test.each([
  ['http://[::1]:81/', '::1'],
  ['rtsp://[fe80::1]/', 'fe80::1'],
  ['rtsp://Höhle.example/1', 'xn--hhle-5qa.example'],
  ['https://höhle.example/1', 'xn--hhle-5qa.example'],
])('the host of %s is %s', (url, host) => {
  expect(hostOf(new URL(url))).toBe(host)
})
