import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findPipelineFile } from '../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

async function folderWith(...files: string[]): Promise<string> {
  const cwd = await temporaryFolder()
  await writeFiles(cwd, Object.fromEntries(files.map((file) => [file, ''])))
  return cwd
}

test('the argument, DAFFI_PIPELINE, the running pipeline, in that order', async () => {
  const cwd = await folderWith('pipeline.yaml')
  const env = { DAFFI_PIPELINE: 'env.yaml' }
  const running = '/elsewhere/running.yaml'
  expect(await findPipelineFile({ argument: 'a.yaml', cwd, env, running })).toBe(join(cwd, 'a.yaml'))
  expect(await findPipelineFile({ cwd, env, running })).toBe(join(cwd, 'env.yaml'))
  expect(await findPipelineFile({ cwd, env: { DAFFI_PIPELINE: '' }, running })).toBe(running)
})

test('pipeline.yaml comes before pipelines/', async () => {
  const cwd = await folderWith('pipeline.yaml', 'pipelines/other.yaml')
  expect(await findPipelineFile({ cwd, env: {} })).toBe(join(cwd, 'pipeline.yaml'))
})

test('the only pipeline in pipelines/, not counting test files', async () => {
  const cwd = await folderWith('pipelines/camera.yml', 'pipelines/camera.test.yaml', 'pipelines/readme.md')
  expect(await findPipelineFile({ cwd, env: {} })).toBe(join(cwd, 'pipelines/camera.yml'))
})

test('several candidates are listed', async () => {
  const cwd = await folderWith('pipelines/b.yaml', 'pipelines/a.yaml')
  await expect(findPipelineFile({ cwd, env: {} })).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_NOT_FOUND',
    exitCode: 2,
    message: 'which pipeline? there are pipelines/a.yaml, pipelines/b.yaml',
  })
})

test('no candidate at all', async () => {
  const cwd = await folderWith()
  await expect(findPipelineFile({ cwd, env: {} })).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_NOT_FOUND',
    next: expect.stringContaining('daffi init') as string,
  })
})

test('a pipeline further up in the project is named', async () => {
  const cwd = await folderWith('package.json', 'pipelines/a.yaml', 'deep/er/notes.md')
  await expect(findPipelineFile({ cwd: join(cwd, 'deep/er'), env: {} })).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_NOT_FOUND',
    next: 'There is ../../pipelines/a.yaml: name it on the command line.',
  })
})
