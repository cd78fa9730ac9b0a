import { expect, test } from 'vitest'
import { parseServerUrl } from '../../../src/runtime/core/text/server-url.js'

test.each([
  ['nats://example.org', { url: 'nats://example.org:4222' }],
  ['example.org:5000', { url: 'nats://example.org:5000' }],
  ['nats://[::1]:4222', { url: 'nats://[::1]:4222' }],
  ['tls://example.org', { url: 'tls://example.org:4222', tls: {} }],
  ['nats://secret@h:1', { url: 'nats://h:1', token: 'secret' }],
  ['nats://me:p%40ss@h:1', { url: 'nats://h:1', user: 'me', password: 'p@ss' }],
  ['nats://me:100%sure@h:1', { url: 'nats://h:1', user: 'me', password: '100%sure' }],
  ['nats://me:100%%20@h:1', { url: 'nats://h:1', user: 'me', password: '100% ' }],
  ['nats://a:1, nats://t@b:2', { url: 'nats://a:1,nats://b:2', token: 't' }],
])('%s', (text, expected) => {
  expect(parseServerUrl(text)).toEqual(expected)
})

/** Passwords whose characters end the host, or the URL. */
const BAD_PASSWORDS = [
  'nats://app:12/secret@h:1',
  'app:100%25secret/1@h:1',
  'nats://app:se#secret@h:1',
  'nats://app:se?secret@h',
  'nats://app:x,secret@h',
]

test.each(['http://secret@h', 'nats://secret@', 'nats://secret@h:999999', ...BAD_PASSWORDS, ''])(
  '%j is refused',
  (text) => {
    expect(() => parseServerUrl(text)).toThrow(/is not the URL of a NATS server/)
    expect(() => parseServerUrl(text)).not.toThrow(/secret/)
  },
)
