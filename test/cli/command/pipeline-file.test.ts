import { resolve } from 'node:path'
import { Config } from '@oclif/core'
import { expect, test } from 'vitest'
import { namedFile, namedPipeline, namedPipelines } from '../../../src/cli/index.js'
import { ROOT } from '../../support/paths.js'

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

/** Arguments that are no names or ids of what a pipeline has. */
const NO_NAMES = ['file', 'args', 'folder', 'shell']

const { commands } = await Config.load(ROOT)
const named = commands
  .filter(({ hidden }) => !hidden)
  .flatMap((command) =>
    Object.keys(command.args)
      .filter((name) => !NO_NAMES.includes(name))
      .map((name) => ({ id: command.id, name, command })),
  )

test.each(named)('$id tells of a pipeline file in place of $name', async ({ name, command }) => {
  const arg = (await command.load()).args[name]
  const parse = async (): Promise<unknown> => arg?.parse('shop.yaml', {} as never, arg)
  await expect(parse()).rejects.toMatchObject({
    code: 'DAFFI_USAGE',
    message: expect.stringMatching(
      /^shop\.yaml is a pipeline file, and stands where an? \w+ belongs$/,
    ) as string,
    next: expect.stringContaining('--file shop.yaml.') as string,
  })
})
