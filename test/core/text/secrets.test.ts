import { expect, test } from 'vitest'
import { withoutSecrets, withoutUrlSecrets } from '../../../src/runtime/core/text/secrets.js'

test.each([
  ['rtsp://u:p@h/x?user=a&pw=b#f', 'rtsp://***@h/x?user=***&pw=***#f'],
  ['"nats://tok@h:1"', '"nats://***@h:1"'],
  ['rtsp://u:p/a@s@h', 'rtsp://***@h'],
  ['must start with rtsp:// or rtsps://', 'must start with rtsp:// or rtsps://'],
  ['rtsp://us@er:p@ss@camera:554/1?token=abc', 'rtsp://***@camera:554/1?token=***'],
  ['rtsp://app:my p:/?# ss@h/1', 'rtsp://***@h/1'],
  ['tok en@h://x@h', 'tok en@h://***@h'],
  ['moved to https://me:two words@other/1 and http://u:p@h', 'moved to https://***@other/1 and http://***@h'],
  ['no answer from nats://app:100%sure/1@h:4222', 'no answer from nats://***@h:4222'],
  ['at file:///app/node_modules/@nats-io/x.js:1:2', 'at file:///app/node_modules/@nats-io/x.js:1:2'],
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

test.each(['a://', 'a://b@', 'a://b:', 'a://b: ', '?', '&', 'token: "', "password='"])(
  'many times %j takes no time',
  (part) => {
    const before = process.cpuUsage()
    withoutSecrets(part.repeat(50_000))
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  },
)
