import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readModule } from '../../../src/runtime/callback/parse/module-file.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

const LEGACY = 'function log(t: object, k: string, d: PropertyDescriptor) {}\nclass A {\n  @log run() {} }'
const STANDARD =
  'function log(run: () => void, c: ClassMethodDecoratorContext) {}\nclass A {\n  @log run() {} }'
const FACTORY = 'const log = (n: 1) => (run, context) => run\nclass A {\n  @log(1) run() {} }'
const ON = '{ "compilerOptions": { "experimentalDecorators": true } }'
const OFF = '{ "compilerOptions": { "strict": true } }'

async function faultOf(name: string, text: string, tsconfig?: string): Promise<unknown> {
  const folder = await temporaryFolder()
  await writeFiles(folder, { [name]: text, ...(tsconfig !== undefined && { 'tsconfig.json': tsconfig }) })
  const read = await readModule(join(folder, name))
  return 'fault' in read ? [read.fault.line, read.fault.column, read.fault.message] : undefined
}

test.each([
  ["TypeScript's decorators", LEGACY, ON],
  ['the same without a tsconfig', LEGACY, undefined],
  ['an email address, and a method called accessor', 'const a = "a@b"; class A { accessor() {} }', OFF],
  [
    'a function that takes a context, put in place by such a decorator',
    LEGACY.replace('{}', '{ d.value = (a, context) => a }'),
    undefined,
  ],
  [
    'a call in a decorated class that takes a context, too',
    `${LEGACY}\nexport const f = (a, context) => a`,
    undefined,
  ],
])('%s: no fault', async (_, text, tsconfig) => {
  expect(await faultOf('a.ts', text, tsconfig)).toBeUndefined()
})

test.each([
  ["TypeScript's decorators, where the tsconfig says otherwise", LEGACY, OFF],
  ["the standard's", STANDARD, OFF],
  ["the standard's, without a tsconfig", STANDARD, undefined],
  ["a factory of the standard's", FACTORY, undefined],
  ['one that takes the context apart', FACTORY.replace('context', '{ kind }'), undefined],
])('%s: a fault at the first', async (_, text, tsconfig) => {
  const place = tsconfig === undefined ? 'a tsconfig.json beside it' : '/tsconfig.json'
  const words = ['"experimentalDecorators": true', place].map(
    (each) => expect.stringContaining(each) as string,
  )
  for (const message of words) expect(await faultOf('a.ts', text, tsconfig)).toEqual([3, 3, message])
})

test('decorators in JavaScript, and the keyword accessor', async () => {
  const script = await faultOf('a.mjs', 'class A {\n  @log run() {} }', ON)
  expect(script).toEqual([2, 3, 'JavaScript has no decorators: name the module .ts'])
  const accessor = await faultOf('a.ts', 'class A { accessor x = 1 }', ON)
  expect(accessor).toEqual([1, 11, 'the keyword accessor is not supported: write a getter and a setter'])
})
