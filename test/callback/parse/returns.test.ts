import { expect, test } from 'vitest'
import { parseModule } from '../../../src/runtime/callback/parse/babel.js'
import { outlineModule } from '../../../src/runtime/callback/parse/module-outline.js'

const says = (text: string): unknown =>
  outlineModule(parseModule(`export default ${text}`, true).program).exports.get('default')?.returnsNothing

test.each([
  'function (n: number): void {}',
  'async (n: number): Promise<void> => await store(n)',
  '(n: number): undefined => { note(n) }',
  '(n) => { note(n) }',
  'async function (n) { if (n) return; for (const each of n) { await note(each) } }',
  '(n) => { return void 0 }',
  '(n) => void note(n)',
  '(n) => { list.forEach((each) => { return each }); const one = { get two() { return 2 } } }',
  'function (): never { throw new Error() }',
])('%s returns nothing', (text) => {
  expect(says(text)).toBe(true)
})

test.each([
  '(n) => note(n)',
  '(n) => { if (n) { return n } }',
  'function (n): number | void { note(n) }',
  '(n): Promise<Box | undefined> => { throw new Error() }',
  'function* (n) { note(n) }',
  'function* (n): Generator<void> {}',
  'async (n) => { try { return await note(n) } catch {} }',
  'wrap((n) => { note(n) })',
])('%s may return something', (text) => {
  expect(says(text)).toBeUndefined()
})
