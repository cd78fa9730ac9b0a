import { expect, test } from 'vitest'
import { compose } from '../../../src/runtime/pipeline/read/yaml/compose.js'
import { MAX_DEPTH } from '../../../src/runtime/pipeline/read/yaml/nesting-depth.js'

const offsetNestedTooDeeply = (text: string) => compose(text).tooDeep

test.each([
  ['lists in brackets', (levels: number) => '['.repeat(levels) + ']'.repeat(levels)],
  ['lists of dashes', (levels: number) => `${'- '.repeat(levels)}1`],
  ['mappings in braces', (levels: number) => `${'{ a: '.repeat(levels)}1${' }'.repeat(levels)}`],
])('%s can have 64 levels', (_, nested) => {
  expect(offsetNestedTooDeeply(nested(MAX_DEPTH))).toBeUndefined()
  expect(offsetNestedTooDeeply(nested(MAX_DEPTH + 2))).toBeTypeOf('number')
})

test('the offset is that of the first value that is too deep', () => {
  expect(offsetNestedTooDeeply('['.repeat(MAX_DEPTH + 10))).toBe(MAX_DEPTH + 1)
})

test('a key can be nested too deeply as well', () => {
  expect(offsetNestedTooDeeply(`? ${'['.repeat(100)}${']'.repeat(100)}\n: 1`)).toBeTypeOf('number')
})

test('many values side by side are not deep', () => {
  expect(offsetNestedTooDeeply('- a\n'.repeat(1000))).toBeUndefined()
})
