import { expect, test } from 'vitest'
import { maskUnquoted } from '../../../src/runtime/pipeline/read/yaml/unquoted-placeholders.js'

test.each([
  ['a: { b: ${B} }', ['${B}']],
  ['a: [ ${A:-1}, x${B} ]', ['${A:-1}', '${B}']],
  ['a: { b: ${B', ['${B']],
  ['a: ${A}', []],
  ['a: { b: "${B}" }', []],
])('%s', (text, expected) => {
  const { unquoted, masked } = maskUnquoted(text)
  expect(unquoted.map(([start, end]) => text.slice(start, end))).toEqual(expected)
  expect(masked).toHaveLength(text.length)
  for (const [start, end] of unquoted) expect(masked.slice(start, end)).toMatch(/^_+$/)
  expect(masked.includes('${')).toBe(expected.length === 0 && text.includes('${'))
})

test('the search ends after twenty', () => {
  const text = `a: [ ${Array.from({ length: 30 }, (_, index) => `\${A${index}}`).join(', ')} ]`
  expect(maskUnquoted(text).unquoted).toHaveLength(20)
})
