import { expect, test } from 'vitest'
import { readReplyTo, replyPrefix } from '../../../src/runtime/call/wire/reply-subject.js'

test('a reply subject tells who calls, and the id of the call', () => {
  const reply = `${replyPrefix('_INBOX.daffi_shop.k3XbQ', 'process-1')}7_x`
  expect(readReplyTo(reply)).toEqual({ from: 'process-1', id: '7_x' })
  // As a gateway between clusters hands it on.
  expect(readReplyTo(`_GR_.a.b.${reply}`)).toEqual({ from: 'process-1', id: '7_x' })
})

test.each([
  '',
  '.',
  '..',
  'daffi.a.b',
  '_INBOX.k3XbQ.7',
  '_INBOX.daffi_shop.k3XbQ.7',
  '_INBOX.daffi_shop.a.7',
  '_INBOX.xdaffi.a.7',
  '_INBOX.daffi.a.7.b',
  '_INBOX.daffi..7',
  '_INBOX.daffi.a.',
  '_INBOX.daffi.a%b.7',
  '_INBOX.daffi.a.>',
  `_INBOX.daffi.a.${'7'.repeat(129)}`,
])('a reply subject of another form is of no node: %s', (reply) => {
  expect(readReplyTo(reply)).toBeUndefined()
})
