import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBlocks } from './support/markdown.js'
import { ROOT } from './support/paths.js'

test('who follows all pages in one folder overwrites no file of one with another', async () => {
  const docs = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'))
  const pages = ['README.md', ...docs.map((name) => `docs/${name}`)]
  const blocks = (await Promise.all(pages.map(readBlocks))).flat()
  const files = blocks.flatMap(({ file }) => (file === undefined ? [] : [file]))
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter((file, index) => files.indexOf(file) !== index)).toEqual([])
})
