import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { namedFile, namedPipeline, namedPipelines } from '../../../src/cli/index.js'

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

const NONE = { file: undefined, 'env-file': undefined, profile: undefined }

test('arguments are pipelines of their own; what stands behind -f is merged', () => {
  const flags = { ...NONE, file: ['a.yaml', 'b.yaml'], 'env-file': ['.env.prod'], profile: ['debug'] }
  const inputs = { envFiles: ['.env.prod'], profiles: ['debug'] }
  expect(namedPipeline({}, flags)).toEqual({ files: ['a.yaml', 'b.yaml'], ...inputs })
  expect(namedPipelines({ file: undefined }, flags)).toEqual([
    { file: 'a.yaml', inputs: { overrides: ['b.yaml'], ...inputs } },
  ])
  const none = { overrides: [], envFiles: [], profiles: [] }
  expect(namedPipelines({ file: ['a.yaml', 'b.yaml'] }, NONE)).toEqual([
    { file: 'a.yaml', inputs: none },
    { file: 'b.yaml', inputs: none },
  ])
  expect(namedPipeline({}, NONE)).toEqual({ files: [], envFiles: [], profiles: [] })
  expect(() => namedPipelines({ file: ['a.yaml', 'b.yaml'] }, flags)).toThrow(
    /-f a.yaml -f b.yaml name different/,
  )
})
