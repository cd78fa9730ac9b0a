import { expect, test } from 'vitest'
import { cameraUrlFault, splitCameraUrl } from '../../../src/runtime/core/text/camera-url.js'

test.each([
  ['http://camera/v?a=b#c', 'http://camera/v?a=b', undefined],
  ['rtsp://camera/a b/ü?x=ö', 'rtsp://camera/a%20b/%C3%BC?x=%C3%B6', undefined],
  ['rtsp://me:p%20w@camera:8554/1', 'rtsp://camera:8554/1', { user: 'me', password: 'p w' }],
  ['http://us@er:p@ss@[::1]:81/', 'http://[::1]:81/', { user: 'us@er', password: 'p@ss' }],
  ['rtsp://me:100%@camera/1', 'rtsp://camera/1', { user: 'me', password: '100%' }],
  ['rtsp://me:100%25%zz@camera/1', 'rtsp://camera/1', { user: 'me', password: '100%%zz' }],
  ['rtsp://me:%2F%3F%23%40@camera/1', 'rtsp://camera/1', { user: 'me', password: '/?#@' }],
  ['http://möwe:süß@camera/', 'http://camera/', { user: 'möwe', password: 'süß' }],
  ['http://me:@camera/', 'http://camera/', { user: 'me', password: '' }],
  ['http://:pw@camera/', 'http://camera/', { user: '', password: 'pw' }],
  ['http://token@camera/', 'http://camera/', { user: 'token', password: '' }],
  ['http://camera/@live?mail=a@b.c', 'http://camera/@live?mail=a@b.c', undefined],
  ['http://[::1]/@live', 'http://[::1]/@live', undefined],
])('%s is understood', (text, href, credentials) => {
  const kind = text.startsWith('rtsp') ? 'rtsp' : 'http'
  expect(cameraUrlFault(kind, text)).toBeUndefined()
  const { url, credentials: found } = splitCameraUrl(text)
  expect(url.href).toBe(href)
  expect(found).toEqual(credentials)
})

test.each(['rtsp', 'http'] as const)(
  'of %s, what a password must not hold as it is, is told without it',
  (kind) => {
    for (const between of [
      '12/34',
      '12?34',
      '12#34',
      'p@ss?w@rd',
      'x y',
      'a\tb',
      '\\12',
      '%ff',
      '%00',
      '%0d%0aX: y',
    ]) {
      const fault = cameraUrlFault(kind, `${kind}://viewer:${between}@camera/1`)
      expect(fault).toMatch(/percent-encoded|control characters/)
      expect(fault).not.toContain(between)
    }
    for (const url of [`${kind}://camera:8080/v?mail=a@b.c`, `${kind}://me:pw@camera/@live`])
      expect(cameraUrlFault(kind, url)).toMatch(/an @ in its path or query is %40/)
  },
)

test.each([
  ['rtsp', 'http://camera/', 'must be a URL that starts with rtsp:// or rtsps://'],
  ['http', 'concat:http://a|http://b', 'must be a URL that starts with http:// or https://'],
  ['http', 'http://user:secret@[bad', 'is not a URL: its host or port makes no sense'],
  ['rtsp', 'rtsp://camera:99999/', 'is not a URL: its host or port makes no sense'],
  ['rtsp', 'rtsp:///1', 'must name a host'],
] as const)('as %s, %s %s', (kind, text, fault) => {
  expect(cameraUrlFault(kind, text)).toBe(fault)
})
