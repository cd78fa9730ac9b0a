import { expect, test } from 'vitest'
import type { QuotableFile } from '../../../src/runtime/pipeline/diagnose/code-frame.js'
import { Diagnostics, type LocatedFile } from '../../../src/runtime/pipeline/diagnose/diagnostics.js'
import { formatPath } from '../../../src/runtime/pipeline/diagnose/key-path.js'
import { listKnown } from '../../../src/runtime/pipeline/diagnose/list-known.js'

const ERROR = { code: 'DAFFI_BAD_VALUE', message: 'wrong' } as const

/** A file whose keys are at column 1 and whose values are at column 5, in the line that the path's last step says. */
const text: QuotableFile = { file: 'b.yaml', quotable: 'one\ntwo\nthree\n' }
const file: LocatedFile = {
  file: text.file,
  locationOf: (path, target) => ({
    in: text,
    line: Number(path.at(-1)),
    column: target === 'key' ? 1 : 5,
    length: 1,
  }),
  isInterpolated: () => false,
  withoutSecrets: (message) => message,
}

test.each([
  [[], ''],
  [['nodes', 'one', 'calls', 0, 'args', 2], 'nodes.one.calls[0].args[2]'],
  [[0, 'a'], '[0].a'],
])('path %j is %s', (path, text) => {
  expect(formatPath(path)).toBe(text)
})

test('known names are listed', () => {
  expect(listKnown('nodes', new Set(['one', 'two']))).toBe('nodes: one, two')
  expect(listKnown('nodes', [])).toBe('there is none')
})

test('only the first diagnostic at a location is kept, keys and values apart', () => {
  const diagnostics = new Diagnostics(file)
  expect(diagnostics.isEmpty()).toBe(true)
  diagnostics.add({ ...ERROR, path: ['a', 2] })
  diagnostics.add({ ...ERROR, path: ['a', 2], message: 'wrong as well' })
  diagnostics.add({ ...ERROR, path: ['a', 2], message: 'the key' }, 'key')
  expect(diagnostics.isEmpty()).toBe(false)
  expect(diagnostics.sorted().map(({ column, message }) => [column, message])).toEqual([
    [1, 'the key'],
    [5, 'wrong'],
  ])
})

test('diagnostics come by file, line and column', () => {
  const diagnostics = new Diagnostics(file)
  diagnostics.add({ ...ERROR, path: ['a', 3] })
  diagnostics.addSyntax('no YAML', { in: text, line: 1, column: 3, length: 2 }, 'YAML')
  diagnostics.addAt('a.ts', 'text', { line: 7, column: 1, length: 1 }, { ...ERROR, path: ['x'] })
  diagnostics.add({ ...ERROR, path: ['a', 2] })
  expect(diagnostics.sorted().map((each) => [each.file, each.line, each.column, each.code])).toEqual([
    ['a.ts', 7, 1, 'DAFFI_BAD_VALUE'],
    ['b.yaml', 1, 3, 'DAFFI_YAML_SYNTAX'],
    ['b.yaml', 2, 5, 'DAFFI_BAD_VALUE'],
    ['b.yaml', 3, 5, 'DAFFI_BAD_VALUE'],
  ])
  expect(diagnostics.sorted()[1]).toMatchObject({ path: '', suggestion: 'YAML' })
  expect(diagnostics.sorted()[2]).toMatchObject({ path: 'a[2]', suggestion: null })
})
