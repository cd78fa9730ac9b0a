import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  isTestFile,
  kindOfPath,
  resolveFrom,
  shownFrom,
} from '../../../src/runtime/pipeline/read/file-paths.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

test('relative paths are resolved from the folder, absolute ones are kept', () => {
  expect(resolveFrom('/project/pipelines', '../clip.mp4')).toBe('/project/clip.mp4')
  expect(resolveFrom('/project', '/media/clip.mp4')).toBe('/media/clip.mp4')
})

test('paths are shown as the file in the folder would write them', () => {
  expect(shownFrom('/project', '/project/callbacks/show.ts')).toBe('./callbacks/show.ts')
  expect(shownFrom('/project/pipelines', '/project/callbacks/show.ts')).toBe('../callbacks/show.ts')
})

test.each([
  ['shop.test.yaml', true],
  ['folder/shop.test.yml', true],
  ['shop.yaml', false],
  ['shoptest.yaml', false],
  ['shop.test.yaml.bak', false],
])('%s holds tests only: %s', (file, expected) => {
  expect(isTestFile(file)).toBe(expected)
})

test('files, folders, and paths that do not exist', async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, { 'a.txt': '' })
  expect(await kindOfPath(folder)).toBe('folder')
  expect(await kindOfPath(join(folder, 'a.txt'))).toBe('file')
  expect(await kindOfPath(join(folder, 'b.txt'))).toBeUndefined()
  expect(await kindOfPath(join(folder, 'a.txt/b'))).toBeUndefined()
})
