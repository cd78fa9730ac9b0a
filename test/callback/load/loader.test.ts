import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { createLoader, type Loader } from '../../../src/runtime/callback/index.js'
import { ROOT } from '../../support/paths.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

interface Loaded extends Loader {
  folder: string
}

async function loaderFor(
  files: Record<string, string>,
  daffi: Record<string, unknown> = {},
): Promise<Loaded> {
  const folder = await temporaryFolder()
  await writeFiles(folder, files)
  return { folder, ...createLoader({ cacheFolder: join(folder, '.daffi', 'cache'), daffi }) }
}

test('TypeScript is run without a build step, with the modules it imports', async () => {
  const { folder, load } = await loaderFor({
    'twice.ts': `import { double, type Amount } from './double.js'
      export default function twice(amount: Amount): number { return double(amount) }`,
    'double.ts': `export interface Amount { value: number }
      export const double = ({ value }: Amount): number => value * 2`,
  })
  const { default: twice } = await load(join(folder, 'twice.ts'))
  expect((twice as (amount: unknown) => unknown)({ value: 21 })).toBe(42)
})

test.each(['ts', 'mts', 'js', 'mjs'])(
  "'daffi' is the running library in .%s, in imported modules too",
  async (extension) => {
    const daffi = { context: () => 'the context' }
    const { folder, load } = await loaderFor(
      {
        [`main.${extension}`]: `import { context } from 'daffi'
        import { own } from './part.${extension}'
        await Promise.resolve()
        export default [context, own, (await import('daffi')).context]`,
        [`part.${extension}`]: `import * as daffi from 'daffi'
        export const own = daffi.context`,
      },
      daffi,
    )
    const { default: found } = await load(join(folder, `main.${extension}`))
    expect(found).toEqual([daffi.context, daffi.context, daffi.context])
  },
)

test('a module runs once', async () => {
  const { folder, load } = await loaderFor({ 'state.ts': 'export const state = {}' })
  const file = join(folder, 'state.ts')
  expect((await load(file))['state']).toBe((await load(file))['state'])
})

test('with a warm cache no compiler is loaded', async () => {
  const { folder, load } = await loaderFor({ 'twice.ts': 'export default (n: number): number => n * 2' })
  await load(join(folder, 'twice.ts'))
  expect(await readdir(join(folder, '.daffi', 'cache'))).toHaveLength(1)
  const script = `
    import { createRequire } from 'node:module'
    import { createLoader } from ${JSON.stringify(join(ROOT, 'dist/runtime/callback/index.js'))}
    const { load } = createLoader({ cacheFolder: ${JSON.stringify(join(folder, '.daffi', 'cache'))}, daffi: {} })
    const { default: twice } = await load(${JSON.stringify(join(folder, 'twice.ts'))})
    const compilers = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('babel'))
    console.log(twice(21), compilers.length)`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script])
  expect(stdout).toBe('42 0')
})

test.each([
  [
    'a syntax error',
    'export const a: number = 3\n\nexport function b( { return }\n',
    3,
    "Unexpected keyword 'return'.",
  ],
  ['a throw', 'interface A {\n  a: 1\n}\nthrow new RangeError("too far")\n', 4, 'RangeError: too far'],
  ['a throw of text', '\nthrow "text"', undefined, 'text'],
  ['a missing import', "import './none.js'\n", 1, "Cannot find module './none.js'"],
  [
    'a missing package',
    "import 'no-such-package'\n",
    1,
    "Cannot find module 'no-such-package'",
    /^Install the package/,
  ],
])('%s names file and line', async (_, text, line, message, next: RegExp = /^Correct the module/) => {
  const { folder, load } = await loaderFor({ 'broken.ts': text })
  const file = join(folder, 'broken.ts')
  await expect(load(file)).rejects.toMatchObject({
    code: 'DAFFI_MODULE_FAILED',
    message: expect.stringMatching(
      new RegExp(
        `^a module cannot be loaded: ${file}${line === undefined ? '' : `:${line}`}(:22)?: ${message}$`,
      ),
    ) as string,
    next: expect.stringMatching(next) as string,
    details: { module: file, ...(line !== undefined && { file, line }) },
  })
})

test('an error in an imported module names that module, and who imports it', async () => {
  const { folder, load } = await loaderFor({ 'main.ts': "import './part.js'", 'part.ts': '\n\nnull.x' })
  await expect(load(join(folder, 'main.ts'))).rejects.toMatchObject({
    code: 'DAFFI_MODULE_FAILED',
    message: `a module cannot be loaded (imported by ${join(folder, 'main.ts')}): ${join(folder, 'part.ts')}:3: TypeError: Cannot read properties of null (reading 'x')`,
  })
})

test('renewed modules are run anew, in what imports them too, and when one fails the old ones stay', async () => {
  const { folder, load, renew } = await loaderFor({
    'main.ts': `import { word } from './word.mjs'\nimport { once } from './once.js'\nexport default () => [word, once]`,
    'word.mjs': `export const word = 'old'`,
    'once.ts': `export const once = {}`,
  })
  const files = [join(folder, 'word.mjs'), join(folder, 'main.ts')]
  const main = async (): Promise<unknown> =>
    ((await load(join(folder, 'main.ts'))).default as () => unknown)()
  const [word, once] = (await renew(files, main)) as unknown[]
  expect(word).toBe('old')
  await writeFiles(folder, { 'word.mjs': `export const word = 'new'` })
  const renewed = (await renew(files, main)) as unknown[]
  expect(renewed[0]).toBe('new')
  expect(renewed[1]).toBe(once)
  await writeFiles(folder, { 'word.mjs': `export const word = ` })
  await expect(renew(files, main)).rejects.toMatchObject({ code: 'DAFFI_MODULE_FAILED' })
  expect(await main()).toEqual(['new', once])
})

const DECORATED = `
export const seen: unknown[] = []
const see = (of: string) => (target: object, key?: string, rest?: unknown): void => { seen.push([of, key, typeof rest]) }
function loud(_: object, _key: string, d: PropertyDescriptor): void {
  const { value } = d
  d.value = function (this: unknown) { return (value as () => string).call(this) + '!' }
}
function quiet(_: object, _key: string, d: PropertyDescriptor): PropertyDescriptor {
  const { get } = d
  return { ...d, get() { return '(' + (get as () => string).call(this) + ')' } }
}
const fixed = (target: object, key: string): void => Object.defineProperty(target, key, { get: () => 'fixed' })
class Part {}
@see('class')
class Svc {
  @see('field') name = 'hi'
  @see('static') static count = 2
  @fixed fixed!: string
  @see('declared') declare later: string
  constructor(@see('parameter') readonly part?: Part) {}
  @loud @see('method') say(@see('argument') times = 1) { return this.name.repeat(times) }
  @quiet get shown() { return this.name }
  @loud static all() { return 's' }
  @see('quoted') 'a-b'() {}
}
export default () => [new Svc().say(), new Svc().shown, Svc.all(), new Svc().fixed, Svc.count, Object.keys(new Svc())]
`

test.each([
  ['without reflect-metadata', ''],
  [
    'with it',
    'Object.assign(Reflect, { metadata: (key: string) => (t: object, k?: string) => { seen.push([key, k]) } })',
  ],
])("TypeScript's decorators of classes, methods, accessors, fields and parameters, %s", async (_, before) => {
  const { folder, load } = await loaderFor({
    'tsconfig.json':
      '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
    'main.ts': DECORATED.replace('class Part', `${before}\nclass Part`),
  })
  onTestFinished(() => void Reflect.deleteProperty(Reflect, 'metadata'))
  const { default: use, seen } = await load(join(folder, 'main.ts'))
  expect((use as () => unknown)()).toEqual(['hi!', '(hi)', 's!', 'fixed', 2, ['name', 'part']])
  const marks = (seen as unknown[][]).map(([mark, key]) => `${String(mark)} ${String(key)}`)
  const own = [
    'field name',
    'static count',
    'declared later',
    'parameter undefined',
    'method say',
    'argument say',
  ]
  expect(marks).toEqual(expect.arrayContaining([...own, 'quoted a-b', 'class undefined']))
  expect(marks.includes('design:type fixed')).toBe(before !== '')
})

test('what the compiler does not know is told with its line', async () => {
  const { folder, load } = await loaderFor({
    'tsconfig.json': '{}',
    'main.ts': "import './part.js'\n",
    'part.ts': '\nconst log = () => {}\n@log class A {}\n',
    'plain.mjs': '\nclass A { accessor a = 1 }\n',
  })
  await expect(load(join(folder, 'main.ts'))).rejects.toMatchObject({
    code: 'DAFFI_MODULE_FAILED',
    details: { file: join(folder, 'part.ts'), line: 3, column: 1 },
    message: expect.stringContaining('part.ts:3:1: decorators of the standard') as string,
  })
  await expect(load(join(folder, 'plain.mjs'))).rejects.toThrow('plain.mjs:2:11: the keyword accessor')
})

test('imports are found by the paths of the nearest tsconfig, and one that cannot be read is none', async () => {
  const use = "import { word } from '@lib/word'\nexport default word"
  const { folder, load } = await loaderFor({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
    'lib/word.ts': "export { word } from '@lib/more'",
    'lib/more.ts': "export const word = 'outer'",
    'outer.ts': use,
    'inner/tsconfig.json':
      '{ "extends": "../tsconfig.json", "compilerOptions": { "paths": { "@lib/*": ["./*"] } } }',
    'inner/word.ts': "export const word = 'inner'",
    'inner/main.ts': use,
    'broken/tsconfig.json': '{ "extends": "@no/such-base" }',
    'broken/main.ts': 'export default 1',
  })
  const words = ['outer.ts', 'inner/main.ts', 'broken/main.ts'].map(async (name) => load(join(folder, name)))
  expect((await Promise.all(words)).map((module) => module['default'])).toEqual(['outer', 'inner', 1])
})
