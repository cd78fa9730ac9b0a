import { expect, test } from 'vitest'
import { plainData, plainJson, plainLine, plainText } from '../../../src/runtime/core/text/plain-text.js'

test.each([
  ['a title', '\u001b]0;title\u0007x', 'x'],
  ['the clipboard', '\u001b]52;c;aGk=\u001b\\x', 'x'],
  ['a link', '\u001b]8;;http://h\u001b\\x\u001b]8;;\u001b\\', 'x'],
  ['a device string', '\u001bPq#0;2\u001b\\x', 'x'],
  ['erased lines', '\u001b[2K\u001b[1Ax', 'x'],
  ['colours', '\u001b[38;5;1mred\u001b[0m', 'red'],
  ['a reset', '\u001bcx', 'x'],
  ['a character set', '\u001b(0x', 'x'],
  ['sequences of one character', '\u009b2Jx\u009d0;title\u009cy', 'xy'],
  ['a sequence that another one hides', 'a\u001b\u001b[31m[2Jb', 'a[2Jb'],
  ['a sequence without end, which hides nothing', '\u001b]0;open', ']0;open'],
  ['carriage returns and backspaces', 'abc\rd\b\be\r\nf', 'abcde\nf'],
  ['text that is turned around', 'a\u202egpj.\u2066b', 'agpj.b'],
  ['tabs and line feeds, which stay', 'a\tb\nc', 'a\tb\nc'],
  ['letters of all kinds, which stay', 'Grüße, 東京, שלום 🎥', 'Grüße, 東京, שלום 🎥'],
])('%s', (_, text, plain) => {
  expect(plainText(text)).toBe(plain)
  expect(plainText(plain)).toBe(plain)
})

test.each(['\u0090', '\u009d', '\u009b', '\u001b]', '\u001b['])('many times %j takes no time', (start) => {
  const before = process.cpuUsage()
  plainText(start.repeat(500_000))
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})

test('a line is one line', () => {
  expect(plainLine('a\r\nb\u2028c\n\nd\u001b[2J')).toBe('a b c d')
})

test('data is cleaned in every depth, keys and all', () => {
  const data = { 'a\u001b[2J': ['b\u0007', { c: 'd\u202e' }], n: 1, nothing: null }
  expect(plainData(data)).toEqual({ a: ['b', { c: 'd' }], n: 1, nothing: null })
})

test('JSON is of the same value, and has no character that acts', () => {
  const value = { text: 'a\u001b]0;x\u0007\u009b2J\u007f\u202eb' }
  expect(JSON.parse(plainJson(value))).toEqual(value)
  expect(plainJson(value)).toMatch(/^[\u0020-\u007e]*$/)
  expect(plainJson(undefined)).toBe('null')
})

test.each(['\u001b]', '\u001b[', '\u001b[0;', '\u009b', '\u001b', '\u001b]0;a'])(
  'many times %j takes no time',
  (part) => {
    const before = process.cpuUsage()
    plainText(part.repeat(200_000))
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  },
)
