import { expect, test } from 'vitest'
import { parseEnv } from '../../../../src/runtime/pipeline/read/env/parse-env.js'

test.each<[string, Record<string, string>]>([
  ['A=1', { A: '1' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['export A=1\n  export\tB = two words \n', { A: '1', B: 'two words' }],
  ['# A=1\n\n  # x\nA=#no\nB=b#c #d', { A: '', B: 'b#c' }],
  ['A=\nB=""\nC=\'\'', { A: '', B: '', C: '' }],
  ['A="a # b" # c\nB=\'x\'  ', { A: 'a # b', B: 'x' }],
  ['A="one\ntwo"\nB=\'three\r\nfour\'\nC=5', { A: 'one\ntwo', B: 'three\nfour', C: '5' }],
  [String.raw`A="\n\t\"\\\x"`, { A: '\n\t"\\\\x' }],
  [String.raw`A=\n`, { A: String.raw`\n` }],
  ["A=it's", { A: "it's" }],
  ['A=x=y==', { A: 'x=y==' }],
  ['A=1\nA=2', { A: '2' }],
  ['a.b-c=1', { 'a.b-c': '1' }],
  [
    '__proto__=1\nconstructor=2',
    Object.fromEntries([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]),
  ],
])('%j', (text, expected) => {
  const { entries, faults } = parseEnv(text)
  expect(faults).toEqual([])
  expect(Object.fromEntries(entries.map(({ name, value }) => [name, value]))).toEqual(expected)
})

test.each([
  ['A=1\ngarbage\nB=2', 2, 1, 'this line is not NAME=value'],
  ['  1A=x', 1, 1, 'this line is not NAME=value'],
  ['A: x', 1, 1, 'this line is not NAME=value'],
  ['A="x\nB=2', 1, 3, 'the quote that begins here is not closed'],
  ["A='x' y\nB=2", 1, 6, 'there is text behind the closing quote'],
  ['A="x\ny" z', 2, 3, 'there is text behind the closing quote'],
])('%j is at fault at %d:%d', (text, line, column, message) => {
  expect(parseEnv(text).faults).toEqual([{ at: { line, column }, message }])
})

test('of a file that is none, twenty faults are told, soon', () => {
  const before = process.cpuUsage()
  expect(parseEnv('x\n'.repeat(32_768)).faults).toHaveLength(20)
  expect(parseEnv('A="\n'.repeat(16_000)).entries).toHaveLength(8000)
  expect(parseEnv('x'.repeat(65_536)).faults).toHaveLength(1)
  expect(parseEnv('\\'.repeat(65_536)).faults).toHaveLength(1)
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
})
