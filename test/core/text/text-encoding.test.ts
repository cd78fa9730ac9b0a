import { expect, test } from 'vitest'
import { utf8Fault, wideFault } from '../../../src/runtime/core/text/text-encoding.js'

const TEXT = 'name: shop\nnodes: {}\n'

/** Text as units of `size` bytes, each with its character in the byte `at`. */
function wide(size: number, at: number, text = TEXT): Buffer {
  const bytes = Buffer.alloc(text.length * size)
  for (let index = 0; index < text.length; index++)
    bytes.writeUInt8(text.charCodeAt(index), index * size + at)
  return bytes
}

const mark = (bytes: number[], text: Buffer): Buffer => Buffer.concat([Buffer.from(bytes), text])

test.each([
  ['UTF-16', wide(2, 0)],
  ['UTF-16', wide(2, 1)],
  ['UTF-16', mark([0xff, 0xfe], wide(2, 0))],
  ['UTF-16', mark([0xfe, 0xff], wide(2, 1))],
  ['UTF-32', wide(4, 0)],
  ['UTF-32', wide(4, 3)],
  ['UTF-32', mark([0xff, 0xfe, 0, 0], wide(4, 0))],
  ['UTF-32', mark([0, 0, 0xfe, 0xff], wide(4, 3))],
])('%s is named', (name, bytes) => {
  const message = `it is text in ${name}, not in UTF-8; save it as UTF-8`
  expect(utf8Fault(bytes)).toBe(message)
  expect(wideFault(bytes)).toBe(message)
})

test.each([
  [
    'Latin-1',
    Buffer.from('name: caf\nnote: caf\u00e9\n', 'latin1'),
    /: line 2 has the byte 0xE9, as text in Latin-1 .*save/,
  ],
  ['cut off', Buffer.from('a: \u00e9').subarray(0, 4), /line 1 has the byte 0xC3/],
  ['a program', Buffer.from('\x7fELF\x02\x01\0', 'latin1'), /^it is not text: there is a byte 0 in line 1$/],
  ['a video', Buffer.from('\0\0\0\x20ftyp', 'latin1'), /^it is not text/],
])('%s is no UTF-8', (_, bytes, message) => {
  expect(utf8Fault(bytes)).toMatch(message)
  expect(wideFault(bytes)).toBeUndefined()
})

test.each(['', 'a', TEXT, '\ufeffname: caf\u00e9 \ufffd \u{1f600}', '\u0001'])('%j is UTF-8', (text) => {
  expect(utf8Fault(Buffer.from(text))).toBeUndefined()
})
