import { expect, test } from 'vitest'
import { parseModule } from '../../../src/runtime/callback/parse/babel.js'
import { outlineModule, type ModuleOutline } from '../../../src/runtime/callback/parse/module-outline.js'

function outline(text: string, typescript = true): ModuleOutline {
  return outlineModule(parseModule(text, typescript).program)
}

function arities(text: string, typescript = true): Record<string, string> {
  const { exports } = outline(text, typescript)
  return Object.fromEntries(
    [...exports].map(([name, { arity }]) => [name, arity ? `${arity.min}..${arity.max}` : 'no function']),
  )
}

test.each([
  ['export function f(a: string, b?: number) {}', { f: '1..2' }],
  ['export async function* f(a) {}', { f: '1..1' }],
  ['export const f = async (a: string) => a', { f: '1..1' }],
  ['export const f = function (this: unknown, a: string) {}', { f: '1..1' }],
  ['const f = (a) => a\nexport { f as g, f as "h" }', { g: '1..1', h: '1..1' }],
  ['const f = (a) => a\nconst g = f\nexport { g }', { g: '1..1' }],
  ['export default function (a) {}', { default: '1..1' }],
  ['export default (a, b) => a', { default: '2..2' }],
  ['function f(a) {}\nexport default f', { default: '1..1' }],
  ['function f(a) {}\nexport { f as default }', { default: '1..1' }],
  ['export default function f(a) {}\nexport { f }', { default: '1..1', f: '1..1' }],
  ['export const f = ((a) => a) satisfies Fn as Fn', { f: '1..1' }],
  [
    'export function f(a: 1): 1\nexport function f(a: 1, b: 2): 2\nexport function f(a, b?) {}',
    { f: '1..2' },
  ],
  ['export default function f(a: 1): 1\nexport default function f(a) {}', { default: '1..1' }],
])('%s', (text, expected) => {
  expect(arities(text)).toEqual(expected)
})

test.each([
  ['a wrapped function', 'export const f = wrap((a) => a)'],
  ['a variable that can be assigned', 'export let f = (a) => a'],
  ['a destructured name', 'export const { f } = make()'],
  ['a destructured name with a default', 'export const [, { g: { f = 1 } }] = make()'],
  ['a name from elsewhere', 'export { f } from "./other.js"'],
  ['an import', 'import { f } from "./other.js"\nexport { f }'],
  ['names that go in a circle', 'export const f = g\nconst g = f'],
])('%s may be a function of any arity', (_, text) => {
  expect(arities(text)).toEqual({ f: 'null..null' })
})

test.each(['"text"', '42', '{}', '[]', 'new Map()', 'class {}', '`text`', '!0', 'null', '/x/'])(
  '%s is no function',
  (value) => {
    expect(arities(`export const f = ${value}`)).toEqual({ f: 'no function' })
  },
)

test('types are no values', () => {
  const text = `
    export type A = 1
    export interface B {}
    export declare function c(): void
    export declare const d: number
    type E = 1
    export type { E }
    export { type E as F }
    export default interface G {}`
  expect(arities(text)).toEqual({ default: 'no function' })
})

test('says when names may come from elsewhere', () => {
  expect(outline('export * from "./other.js"').open).toBe(true)
  expect(outline('export const a = 1').open).toBe(false)
})

test('what jiti compiles is no syntax error', () => {
  expect(arities('@sealed class A { @bound m() {} }\nexport function f() { using a = b }')).toEqual({
    f: '0..0',
  })
})

test('JavaScript has no types', () => {
  expect(() => arities('export const a: number = 1', false)).toThrow(SyntaxError)
})

test.each([
  ['module.exports = () => {}', true],
  ['exports.add = module.exports.more = () => {}', true],
  ['const add = () => {}\nexports = module.exports = { add }', true],
  ['const add = () => {}\nexport = add', true],
  ['exportsOf.add = 1\nmodule.id = 2\nexport const exports = 1', false],
])('%s: CommonJS %s', (text, expected) => {
  expect(outline(text).isCommonJs).toBe(expected)
})
