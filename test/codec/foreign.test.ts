import { expect, test } from 'vitest'
import { decode, encode } from '../../src/runtime/codec/index.js'

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0xa0 + value.length]), Buffer.from(value)])
/** An extension with its payload in MessagePack. */
const ext = (type: number, ...payload: Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(payload)
  return Buffer.concat([Buffer.from([0xc7, bytes.length, type]), bytes])
}
const list = (...members: Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([0x90 + members.length]), ...members])

test.each<[string, Buffer]>([
  ['a big integer, 0x42', ext(0x42, Buffer.from([1]))],
  ['bundled strings, 0x62', Buffer.from([0xd6, 0x62, 0, 0, 0, 2, 0x90, 0x90])],
  ['an error, 0x65', Buffer.from([0xd4, 0x65, 0, 0x92, 0xa1, 0x61, 0xa1, 0x62])],
  [
    'a value that contains itself, 0x69 and 0x70',
    Buffer.from([0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1]),
  ],
  ['a pointer alone, 0x70', Buffer.from([0xd6, 0x70, 0, 0, 0, 1])],
  ['a record, 0x72', Buffer.from([0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01])],
  ['a record of two bytes, 0x72', Buffer.from([0xd5, 0x72, 0x40, 0x01, 0x91, 0xa1, 0x61, 0x01])],
  ['a set, 0x73', Buffer.from([0xd4, 0x73, 0, 0x90])],
  ['a typed array, 0x74', ext(0x74, Buffer.from([1, 2]))],
  ['a regular expression, 0x78', Buffer.from([0xd4, 0x78, 0, 0x92, 0xa1, 0x61, 0xa1, 0x67])],
  ['an extension that nobody has', ext(0x55, Buffer.from([1]))],
  ['an integer of 4097 digits', Buffer.concat([Buffer.from([0xc8, 0x10, 0x01, 1]), Buffer.alloc(4097, '9')])],
  ['an integer in other digits', ext(1, Buffer.from('0x10'))],
  ['an integer without digits', ext(1, Buffer.from(' '))],
  ['a map of no entries', ext(2, text('ab'))],
  ['a map of entries that are none', ext(2, list(list(Buffer.from([1]))))],
  ['a set of no members', ext(3, text('ab'))],
  ['an error that is none', ext(4, Buffer.from([0xc0]))],
  ['an error without a message', ext(4, Buffer.from([0x81]), text('name'), text('E'))],
  ['a typed array of another name', ext(5, list(text('constructor'), Buffer.from([0xc4, 1, 0])))],
  ['a typed array without bytes', ext(5, list(text('Int8Array'), Buffer.from([5])))],
])('%s is refused, alone and within a value', (_, bytes) => {
  for (const message of [bytes, list(bytes), Buffer.concat([Buffer.from([0x81]), text('a'), bytes])])
    expect(() => decode(message)).toThrow(expect.objectContaining({ code: 'DAFFI_BAD_MESSAGE' }))
  // What was refused leaves nothing behind.
  expect(decode(encode([1, 0x40, { a: new Map([[1, 2n]]) }]))).toEqual([1, 0x40, { a: new Map([[1, 2n]]) }])
})

test('integers have 4096 digits at most, both ways', () => {
  const largest = 10n ** 4096n - 1n
  for (const value of [largest, -largest]) expect(decode(encode(value))).toBe(value)
  for (const value of [10n ** 4096n, -(10n ** 4096n), 1n << 10_000_000n]) {
    const start = performance.now()
    expect(() => encode({ value })).toThrow(expect.objectContaining({ code: 'DAFFI_UNSENDABLE' }))
    expect(performance.now() - start).toBeLessThan(500)
  }
})
