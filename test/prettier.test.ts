import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { getFileInfo } from 'prettier'
import { expect, test } from 'vitest'
import { ROOT } from './support/paths.js'

test('prettier looks at every source', async () => {
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const infos = await Promise.all(
    files.map(async (file) => ({
      file: relative(ROOT, file),
      ...(await getFileInfo(file, { ignorePath: [join(ROOT, '.prettierignore'), join(ROOT, '.gitignore')] })),
    })),
  )
  expect(infos.filter(({ ignored }) => ignored).map(({ file }) => file)).toEqual([])
  const typescript = infos.filter(({ inferredParser }) => inferredParser === 'typescript')
  expect(typescript.length).toBeGreaterThan(400)
})
