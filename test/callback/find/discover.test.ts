import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { discoverCallbacks } from '../../../src/runtime/callback/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

async function discover(files: Record<string, string>, folders = ['.'], links: Record<string, string> = {}) {
  const folder = await temporaryFolder()
  await writeFiles(folder, files)
  for (const [name, target] of Object.entries(links)) await symlink(target, join(folder, name))
  return { folder, ...(await discoverCallbacks(folders.map((name) => join(folder, name)))) }
}

test('default exports by file, and named exports of any module', async () => {
  const { folder, found, faults } = await discover({
    'show.ts': '\nexport default (frame) => {}\nexport const help = (a, b) => {}',
    'tools.mjs': 'export const save = () => {}',
    'more.mts': 'export default function named() {}',
    'plain.js': 'export default () => {}',
  })
  expect(faults).toEqual([])
  expect(found.get('show')).toEqual({
    name: 'show',
    file: join(folder, 'show.ts'),
    export: 'default',
    arity: { min: 1, max: 1 },
    returnsNothing: true,
    line: 2,
  })
  expect(found.get('help')).toMatchObject({ file: join(folder, 'show.ts'), export: 'help', line: 3 })
  expect([...found.keys()].sort()).toEqual(['help', 'more', 'plain', 'save', 'show'])
})

test('leaves out options, private names, what is no function, and other files', async () => {
  const { found } = await discover({
    'a.ts': 'export const options = () => {}\nexport const _private = () => {}\nexport const version = "1"',
    '_hidden.ts': 'export default () => {}',
    'types.d.ts': 'export default function f(): void',
    'data.json': '{}',
    'inner/deep.ts': 'export default () => {}',
  })
  expect([...found.keys()]).toEqual([])
})

test('a default export comes before named ones of its name', async () => {
  const { folder, found, ambiguous } = await discover({
    'add.ts': 'export default (a) => a',
    'maths.ts': 'export const add = (a, b) => a + b',
  })
  expect(found.get('add')?.file).toBe(join(folder, 'add.ts'))
  expect(ambiguous.size).toBe(0)
})

test('names that several modules offer are none', async () => {
  const { folder, found, ambiguous } = await discover(
    { 'a/one.ts': 'export const add = () => {}', 'b/two.ts': 'export const add = () => {}' },
    ['a', 'b'],
  )
  expect(found.has('add')).toBe(false)
  expect(ambiguous.get('add')?.map(({ file }) => file)).toEqual([
    join(folder, 'a/one.ts'),
    join(folder, 'b/two.ts'),
  ])
})

test('a module that cannot be parsed is a fault with its place, and no hindrance to the others', async () => {
  const { folder, found, faults } = await discover({
    'good.ts': 'export default () => {}',
    'bad.ts': 'export default () => {\n  const a = ;\n}',
  })
  expect([...found.keys()]).toEqual(['good'])
  expect(faults).toMatchObject([
    { file: join(folder, 'bad.ts'), line: 2, column: 13, message: 'Unexpected token' },
  ])
})

test('finds without running anything', async () => {
  const { found } = await discover({ 'boom.ts': 'throw new Error("ran")\nexport default () => {}' })
  expect(found.has('boom')).toBe(true)
})

test('what editors, sync programs and systems put beside a module is passed over', async () => {
  const copy = 'export default () => {}\nexport const save = () => {}'
  const { folder, found, ambiguous, faults } = await discover(
    {
      'look.ts': copy,
      '._look.ts': '\0\u0005\u0016\u0007',
      '.hidden.ts': copy,
      '~$look.ts': copy,
      'look (conflicted copy).ts': copy,
      'look - Copy.ts': copy,
      'look.test.ts': copy,
      'look.d.mts': 'export function save(): void',
      'look.ts~': copy,
      '#look.ts#': copy,
      '.look.ts.swp': copy,
      'folder.ts/inner.ts': copy,
    },
    ['.'],
    { '.#look.ts': 'me@host.1:1', 'gone.ts': './nowhere.ts' },
  )
  expect(faults).toEqual([])
  expect([...found.values()].map(({ name, file }) => [name, file])).toEqual([
    ['save', join(folder, 'look.ts')],
    ['look', join(folder, 'look.ts')],
  ])
  expect(ambiguous.size).toBe(0)
})

test('a module behind links has the name of its link, and its real path', async () => {
  const { folder, found, ambiguous } = await discover(
    {
      'shared/f.ts': 'export default () => {}\nexport const help = () => {}',
      'real/own.ts': 'export default () => {}',
    },
    ['real', 'link'],
    { link: 'real', 'real/g.ts': '../shared/f.ts', 'real/h.ts': '../shared/f.ts' },
  )
  const file = join(folder, 'shared/f.ts')
  expect(found.get('g')).toMatchObject({ name: 'g', file, export: 'default' })
  expect(found.get('h')).toMatchObject({ name: 'h', file })
  expect(found.get('help')).toMatchObject({ file })
  expect(found.get('own')).toMatchObject({ file: join(folder, 'real/own.ts') })
  expect([found.size, ambiguous.size]).toEqual([4, 0])
})

test('CommonJS is told from modules', async () => {
  const { folder, commonJs } = await discover({
    'a.cjs': 'module.exports = () => {}',
    'b.cts': 'export = () => {}',
    'c.js': 'exports.c = () => {}',
    'd.js': 'export default () => {}',
  })
  expect(commonJs).toEqual(['a.cjs', 'b.cts', 'c.js'].map((name) => join(folder, name)))
})

test('public methods of classes, inherited ones of the module too', async () => {
  const { folder, found, classes } = await discover({
    'shop.ts': `
class Base {
  read(n = 1) {}
}
export default class Shop extends Base {
  static make() {}
  constructor(a?: string) { super() }
  add(item: string) {}
  _hidden() {}
  #secret() {}
  private inner() {}
  get size() { return 1 }
  async close() {}
}`,
  })
  expect([...found.keys()].sort()).toEqual(['add', 'read'])
  expect(found.get('add')).toEqual({
    name: 'add',
    file: join(folder, 'shop.ts'),
    export: 'default',
    method: 'add',
    arity: { min: 1, max: 1 },
    returnsNothing: true,
    line: 8,
  })
  expect(classes).toEqual(new Map([['shop', ['read', 'add']]]))
})

test('what export * names is found as well, without its default export', async () => {
  const { folder, found } = await discover(
    {
      'callbacks/all.ts': "export * from '../lib/maths.js'\nexport * from './near'",
      'callbacks/near.ts': 'export const near = () => {}',
      'lib/maths.ts': "export const add = (a, b) => a + b\nexport default () => {}\nexport * from './more'",
      'lib/more.ts': 'export const more = () => {}',
    },
    ['callbacks'],
  )
  expect([...found.keys()].sort()).toEqual(['add', 'more', 'near'])
  expect(found.get('add')?.file).toBe(join(folder, 'lib/maths.ts'))
})
