import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  faultsOfModules,
  graphModules,
  importedFirst,
  importersOf,
} from '../../../src/runtime/callback/index.js'
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

test('paths of the nearest tsconfig, which may extend another, and links of a workspace are followed', async () => {
  const folder = await temporaryFolder()
  const at = (name: string): string => join(folder, name)
  await writeFiles(folder, {
    'base.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
    'app/tsconfig.json': '{ "extends": "../base.json", /* as people write them, */ }',
    'app/callbacks/a.ts': `import '@lib/add'\nimport 'shared'\nimport 'installed'\nimport 'node:fs'`,
    'lib/add.ts': `import '@lib/more'`,
    'lib/more.ts': '',
    'packages/shared/package.json': '{ "name": "shared", "type": "module", "exports": "./main.js" }',
    'packages/shared/main.js': `import './part.js'`,
    'packages/shared/part.js': '',
    'node_modules/installed/index.js': '',
  })
  await mkdir(at('app/node_modules'))
  await symlink('../../packages/shared', at('app/node_modules/shared'))
  const root = at('app/callbacks/a.ts')
  const order = [
    'app/tsconfig.json',
    'lib/more.ts',
    'lib/add.ts',
    'packages/shared/part.js',
    'packages/shared/main.js',
    'app/callbacks/a.ts',
  ]
  const graph = await graphModules([root])
  expect(importedFirst(graph, [root])).toEqual(order.map(at))
  expect(importersOf(graph, [at('app/tsconfig.json')])).toContain(at('lib/add.ts'))
  expect(await faultsOfModules([root])).toEqual(new Map([[root, []]]))
})

test('a needed import of what does not exist is a fault, where it stands', async () => {
  const folder = await temporaryFolder()
  await writeFiles(folder, {
    'a.ts': `import './b.js'
import type { T } from './types-only.js'
import { type U } from './more-types.js'
import { V, W } from 'types-of-nobody'
import X = require('no-such-either')
export { type Y } from './no-types.js'
export default async (a: T & U, b: V[]): Promise<W> => {
  const Point = (b as W[]).V
  return await import('./perhaps.js').catch(() => import('no-such-package'))
}`,
    'b.ts': `export const b = 1\n  export { c } from "./none.js"; import { Real } from '@no/package'; new Real(); import '#none'`,
    'tsconfig.json': '{ "extends": "@no/such-base" }',
  })
  const file = join(folder, 'b.ts')
  const code = 'DAFFI_MISSING_MODULE'
  const root = join(folder, 'a.ts')
  expect((await faultsOfModules([root])).get(root)).toMatchObject([
    { code, file, line: 2, column: 21, message: 'there is no module ./none.js' },
    { code, file, line: 2, column: 55, message: 'there is no module or package @no/package' },
    { code, file, line: 2, column: 89, message: 'there is no module #none' },
  ])
})
