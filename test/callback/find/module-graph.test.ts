import { join } from 'node:path'
import { expect, test } from 'vitest'
import { graphModules, importedFirst, importersOf } from '../../../src/runtime/callback/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

test('modules come after what they import, and go with it', async () => {
  const folder = await temporaryFolder()
  const at = (name: string): string => join(folder, name)
  await writeFiles(folder, {
    'a.ts': `import { b } from './b.js'\nimport type { T } from './types.js'\nimport 'daffi'\nexport default () => b as T`,
    'b.ts': `export * from './c.mjs'\nexport const b = () => import('./d')`,
    'c.mjs': `import data from './data.json'\nimport './a.ts'\nimport './missing.js'`,
    'd/index.ts': 'export {}',
    'data.json': '{}',
    'types.ts': 'export type T = 1',
  })
  const graph = await graphModules([at('a.ts')])
  const order = ['data.json', 'c.mjs', 'd/index.ts', 'b.ts', 'a.ts'].map(at)
  expect(importedFirst(graph, [at('a.ts')])).toEqual(order)
  expect(importersOf(graph, [at('d/index.ts')])).toEqual(
    new Set(['d/index.ts', 'b.ts', 'a.ts', 'c.mjs'].map(at)),
  )
})

test('one that cannot be parsed is told with its place', async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, { 'a.ts': `import './b.js'`, 'b.ts': 'export const b =\n' })
  await expect(graphModules([join(folder, 'a.ts')])).rejects.toMatchObject({
    code: 'DAFFI_MODULE_FAILED',
    message: expect.stringContaining('b.ts:2:1: Unexpected token') as string,
  })
})
