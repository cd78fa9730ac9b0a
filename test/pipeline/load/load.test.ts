import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadPipeline, loadTests } from '../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

async function load(text: string | Uint8Array) {
  const folder = await temporaryFolder()
  await writeFiles(folder, { 'p.yaml': text as string })
  return loadPipeline(join(folder, 'p.yaml'), { env: {} })
}

test('loads the plan', async () => {
  expect(await load('name: shop\nnodes: { one: {} }')).toMatchObject({ name: 'shop', nodes: { one: {} } })
})

test('throws every fault at once', async () => {
  const expected = {
    code: 'DAFFI_PIPELINE_INVALID',
    exitCode: 78,
    details: { faults: [{ code: 'DAFFI_MISSING_KEY' }, { code: 'DAFFI_UNKNOWN_KEY' }] },
  }
  await expect(load('nodes: { one: {} }\nbogus: 1')).rejects.toMatchObject(expected)
  await expect(load('nodes: { one: {} }\nbogus: 1')).rejects.toThrow(/p\.yaml has 2 faults$/)
})

test('a file that does not exist', async () => {
  await expect(loadPipeline('/nowhere/p.yaml')).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_NOT_FOUND',
    exitCode: 2,
    message: 'there is no file /nowhere/p.yaml',
  })
})

test.each([
  ['a folder', () => temporaryFolder().then((folder) => loadPipeline(folder)), / is a folder$/],
  ['a file that is too large', () => load(`name: shop\n#${'x'.repeat(1024 * 1024)}`), / cannot be read: /],
  ['a file that is not text', () => load(Buffer.from([0x6e, 0xff, 0xfe])), / cannot be read: /],
])('%s cannot be read', async (_, attempt, message) => {
  await expect(attempt()).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_UNREADABLE',
    exitCode: 2,
    message: expect.stringMatching(message) as string,
  })
})

test('where there is no file that may have tests, the folder is named', async () => {
  await expect(loadTests([])).rejects.toMatchObject({
    code: 'DAFFI_NO_TESTS',
    message: 'there is no test in this folder',
  })
})
