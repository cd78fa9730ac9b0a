import { expect, test } from 'vitest'
import { withoutSecrets, withoutUrlSecrets } from '../../../src/runtime/core/text/secrets.js'

test.each([
  ['rtsp://u:p@h/x?user=a&pw=b#f', 'rtsp://***@h/x?user=***&pw=***#f'],
  ['"nats://tok@h:1"', '"nats://***@h:1"'],
  ['rtsp://u:p/a@s@h', 'rtsp://***@h'],
  ['must start with rtsp:// or rtsps://', 'must start with rtsp:// or rtsps://'],
  ['see https://h.org/x, mail a@b', 'see https://h.org/x, mail a@b'],
])('%s', (text, safe) => {
  expect(withoutUrlSecrets(text)).toBe(safe)
})

test.each([
  [`const password = 'hunter2'`, `const password = *********`],
  ['apiKey: "hunter2", x: 1', 'apiKey: *********, x: 1'],
  ['url: rtsp://me:hunter2@h/', 'url: rtsp://**********@h/'],
  ['const tokens = list()', 'const tokens = list()'],
])('in a file: %s', (text, safe) => {
  expect(withoutSecrets(text)).toBe(safe)
  expect(safe).toHaveLength(text.length)
})

test.each(['a://', 'a://b@', '?', '&', 'token: "', "password='"])('many times %j takes no time', (part) => {
  const before = process.cpuUsage()
  withoutSecrets(part.repeat(50_000))
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})
