import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { findProject, stateFolder } from '../../../src/runtime/core/project/project.js'
import { temporaryFolder } from '../../support/temporary.js'

afterEach(() => vi.restoreAllMocks())

async function folders(): Promise<{ root: string; inner: string; file: string }> {
  const root = await temporaryFolder()
  const inner = join(root, 'pipelines', 'shop')
  await mkdir(inner, { recursive: true })
  return { root, inner, file: join(inner, 'shop.yaml') }
}

test('the project is the folder of the nearest package.json above the pipeline file', async () => {
  const { root, inner, file } = await folders()
  await writeFile(join(root, 'package.json'), '{}')
  expect(findProject(file)).toBe(root)
  await writeFile(join(inner, 'package.json'), '{}')
  expect(findProject(file)).toBe(inner)
})

test('without any package.json it is the folder of the file', async () => {
  const { inner, file } = await folders()
  expect(findProject(file)).toBe(inner)
})

test('without a file it is looked for from the working folder', async () => {
  const { root, inner } = await folders()
  vi.spyOn(process, 'cwd').mockReturnValue(inner)
  expect(findProject()).toBe(inner)
  await writeFile(join(root, 'package.json'), '{}')
  expect(findProject()).toBe(root)
})

test('the state folder is for this user only, and ignored by git', async () => {
  const { root } = await folders()
  const folder = await stateFolder(root)
  expect(folder).toBe(join(root, '.daffi'))
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('*\n')
  await writeFile(join(folder, '.gitignore'), 'mine\n')
  await stateFolder(root)
  expect(await readFile(join(folder, '.gitignore'), 'utf8')).toBe('mine\n')
})
