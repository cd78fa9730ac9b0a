import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import {
  faultOfProject,
  findProject,
  moduleCacheFolder,
  stateFolder,
} from '../../../src/runtime/core/project/project.js'
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

const STRANGER = 65_534
const AS_ROOT = { skip: process.getuid?.() !== 0 }

test('the search ends at a folder that everybody may write to', async () => {
  const { root, inner, file } = await folders()
  await writeFile(join(root, 'package.json'), '{}')
  await chmod(join(root, 'pipelines'), 0o777)
  expect(findProject(file)).toBe(inner)
  await chmod(join(root, 'pipelines'), 0o755)
  expect(findProject(file)).toBe(root)
})

test("the search ends where another user's folder begins", AS_ROOT, async () => {
  const { root, inner, file } = await folders()
  await writeFile(join(root, 'package.json'), '{}')
  await chown(join(root, 'pipelines'), STRANGER, STRANGER)
  expect(findProject(file)).toBe(inner)
})

test('a package.json of another user makes no project of a shared folder', AS_ROOT, async () => {
  const { root, inner, file } = await folders()
  await chmod(root, 0o1777)
  await writeFile(join(root, 'package.json'), '{}')
  expect(findProject(file)).toBe(root)
  await chown(join(root, 'package.json'), STRANGER, STRANGER)
  expect(findProject(file)).toBe(inner)
})

test('a project may be reached through a link, and its file may be missing', async () => {
  const { root } = await folders()
  await writeFile(join(root, 'package.json'), '{}')
  await symlink('pipelines', join(root, 'link'))
  expect(findProject(join(root, 'link', 'shop', 'shop.yaml'))).toBe(root)
  expect(findProject(join(root, 'none', 'shop.yaml'))).toBe(root)
  const other = join(await temporaryFolder(), 'link')
  await symlink(root, other)
  expect(await stateFolder(other)).toBe(join(other, '.daffi'))
})

test('a .daffi that came with a clone is closed, and loses its compiled modules only', async () => {
  const { root } = await folders()
  const folder = join(root, '.daffi')
  await mkdir(join(folder, 'cache'), { recursive: true, mode: 0o755 })
  await writeFile(join(folder, 'cache', 'add.mjs'), 'evil')
  await writeFile(join(folder, 'nats-server.port'), '4321')
  const cache = await moduleCacheFolder(root)
  expect(cache).toBe(join(folder, 'cache'))
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect(await readdir(cache)).toEqual([])
  expect(await readFile(join(folder, 'nats-server.port'), 'utf8')).toBe('4321')
  await writeFile(join(cache, 'add.mjs'), 'ours')
  await moduleCacheFolder(root)
  expect(await readFile(join(cache, 'add.mjs'), 'utf8')).toBe('ours')
})

test('a .daffi, or a cache in it, that is a link is refused', async () => {
  const { root } = await folders()
  await mkdir(join(root, 'target'), { mode: 0o755 })
  await symlink('target', join(root, '.daffi'))
  expect(faultOfProject(root)?.reason).toBe('is a link')
  await expect(stateFolder(root)).rejects.toMatchObject({ code: 'DAFFI_NOT_OURS' })
  expect((await stat(join(root, 'target'))).mode & 0o777).toBe(0o755)
  await rm(join(root, '.daffi'))
  await symlink('../target', join(await stateFolder(root), 'cache'))
  await expect(moduleCacheFolder(root)).rejects.toMatchObject({ code: 'DAFFI_NOT_OURS' })
})

test("another user's project or .daffi is refused, with its owner", AS_ROOT, async () => {
  const { root, inner } = await folders()
  await chown(await stateFolder(root), STRANGER, STRANGER)
  const message = expect.stringMatching(/\.daffi belongs to another user \(uid 65534\)/) as string
  await expect(stateFolder(root)).rejects.toMatchObject({ code: 'DAFFI_NOT_OURS', message })
  expect(faultOfProject(root)?.path).toBe(join(root, '.daffi'))
  await chown(inner, STRANGER, STRANGER)
  await expect(stateFolder(inner)).rejects.toMatchObject({ code: 'DAFFI_NOT_OURS' })
  expect(faultOfProject(inner)?.path).toBe(inner)
})
