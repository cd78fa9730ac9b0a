import { expect, test } from 'vitest'
import { parseServerUrl } from '../../../src/runtime/nats/address/server-url.js'

test.each([
  ['nats://example.org', { url: 'nats://example.org:4222' }],
  ['example.org:5000', { url: 'nats://example.org:5000' }],
  ['nats://[::1]:4222', { url: 'nats://[::1]:4222' }],
  ['tls://example.org', { url: 'tls://example.org:4222', tls: {} }],
  ['nats://secret@h:1', { url: 'nats://h:1', token: 'secret' }],
  ['nats://me:p%40ss@h:1', { url: 'nats://h:1', user: 'me', password: 'p@ss' }],
  ['nats://a:1, nats://t@b:2', { url: 'nats://a:1,nats://b:2', token: 't' }],
])('%s', (text, expected) => {
  expect(parseServerUrl(text)).toEqual(expected)
})

test.each(['http://secret@h', 'nats://secret@', 'nats://secret@h:999999', ''])('%j is refused', (text) => {
  expect(() => parseServerUrl(text)).toThrow(/is not the URL of a NATS server/)
  expect(() => parseServerUrl(text)).not.toThrow(/secret/)
})
