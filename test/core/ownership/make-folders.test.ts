import { stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder, makeFolders } from '../../../src/runtime/core/ownership/make-folders.js'
import { temporaryFolder } from '../../support/temporary.js'

test('folders that are missing are made, and the outermost is told', async () => {
  const root = await temporaryFolder()
  expect(makeFolders(join(root, 'a', 'b', 'c'), 0o700)).toBe(join(root, 'a'))
  expect((await stat(join(root, 'a'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(root, 'a', 'b', 'c'))).isDirectory()).toBe(true)
  expect(makeFolders(join(root, 'a', 'b', 'c'))).toBe(undefined)
  expect(makeFolders(join(root, 'a', 'b', 'd'))).toBe(join(root, 'a', 'b', 'd'))
  await symlink('a', join(root, 'link'))
  expect(makeFolders(join(root, 'link', 'b'))).toBe(undefined)
  expect(() => makeFolder(join(root, 'x', 'y'))).toThrow(/ENOENT/)
})

test('a file in the place of a folder is told of, at each level', async () => {
  const root = await temporaryFolder()
  await writeFile(join(root, 'file'), '')
  expect(() => makeFolders(join(root, 'file'))).toThrow(/EEXIST/)
  expect(() => makeFolders(join(root, 'file', 'a', 'b'))).toThrow(/ENOTDIR/)
  await symlink('nowhere', join(root, 'link'))
  expect(() => makeFolders(join(root, 'link'))).toThrow(/EEXIST/)
})

test.skipIf(process.platform !== 'linux')('a file system that makes no folders is told of', () => {
  for (const path of ['/proc/daffi', '/proc/daffi/videos/1'])
    expect(() => makeFolders(path)).toThrow(
      'nothing can be written into /proc/daffi: its file system makes no folders',
    )
})
