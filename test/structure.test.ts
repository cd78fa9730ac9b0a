import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/paths.js'

/** Files that a reader can take in side by side. */
const MAX_FILES = 14
const MAX_LINES = 300
/** Tables, of which a part is no use to anybody. */
const TABLES = ['src/runtime/core/error-codes.ts']

function* folders(path: string): Generator<string> {
  yield path
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) yield* folders(join(path, entry.name))
}

const all = [...folders(join(ROOT, 'src'))].map((folder) => ({
  folder: relative(ROOT, folder),
  files: readdirSync(folder).filter((name) => name.endsWith('.ts')),
}))

test('no folder of src keeps more files side by side than a reader can take in', () => {
  expect(all.length).toBeGreaterThan(20)
  expect(all.filter(({ files }) => files.length > MAX_FILES).map(({ folder }) => folder)).toEqual([])
})

test('no file of src is longer than one concern', () => {
  const long = all
    .flatMap(({ folder, files }) => files.map((name) => `${folder}/${name}`))
    .filter((path) => readFileSync(join(ROOT, path), 'utf8').split('\n').length > MAX_LINES)
  expect(long.filter((path) => !TABLES.includes(path))).toEqual([])
})
