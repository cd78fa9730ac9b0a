import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { namedFile, namedFiles } from '../../../src/cli/index.js'

test('a file is named as argument, with -f, or both ways alike', () => {
  const none = { file: undefined }
  expect(namedFile(none, none)).toBeUndefined()
  expect(namedFile({ file: 'a.yaml' }, none)).toBe('a.yaml')
  expect(namedFile(none, { file: 'a.yaml' })).toBe('a.yaml')
  expect(namedFile({ file: './a.yaml' }, { file: resolve('a.yaml') })).toBe('./a.yaml')
})

test('two different files are refused', () => {
  expect(() => namedFile({ file: 'a.yaml' }, { file: 'b.yaml' })).toThrow(
    expect.objectContaining({
      code: 'DAFFI_USAGE',
      exitCode: 2,
      message: 'the argument a.yaml and -f b.yaml name different files',
    }) as Error,
  )
})

test('several files are named as arguments, with -f, or both ways in any order', () => {
  const files = ['a.yaml', 'b.yaml']
  expect(namedFiles({ file: undefined }, { file: files })).toEqual(files)
  expect(namedFiles({ file: files }, { file: ['b.yaml', './a.yaml'] })).toEqual(files)
  expect(() => namedFiles({ file: ['a.yaml'] }, { file: files })).toThrow(
    /-f a.yaml -f b.yaml name different/,
  )
})
