import { lstat, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { updateTests, type TestFailure, type TestResult } from '../../src/runtime/testing/index.js'
import { temporaryFolder } from '../support/temporary.js'

const failure = (key: string, value: unknown): TestFailure => ({
  ...{ line: 1, column: 1, path: key, frame: '', message: key, expected: 0, actual: value },
  becomes: { path: ['tests', 0, key], value },
})
const resultOf = (file: string, failures: TestFailure[]): TestResult => ({
  ...{ file, name: 't', line: 1, passed: false, seconds: 1, failures, output: [] },
})

test('values of any sort stand in the place of others, on one line, and nothing else changes', async () => {
  const folder = await temporaryFolder()
  const values: [text: string, value: unknown][] = [
    ['1', 2],
    ["'one'", 'two, and } three'],
    ['[1, 2]', []],
    ['\n      a: 1\n      b: [2] # two', { a: 'x: y', 'b c': null }],
    ['|\n      some\n      lines', 'other\nlines'],
    ['x', Array.from({ length: 60 }, (_, n) => `text ${n}`)],
    ['~', '0123456789'.repeat(7).slice(0, 64)],
    ['a', '$' + '{HOME}'],
  ]
  const yaml = `# first\ntests:\n  - after: &x 1\n${values.map(([text], n) => `    v${n}: ${text}\n    # ${n}\n`).join('')}    last: *x\n    env: $\{HOME}\n`
  const file = join(folder, 'real.yaml')
  const link = join(folder, 'link.yaml')
  await writeFile(file, yaml)
  await symlink(file, link)
  const failures = values.map(([, value], n) => failure(`v${n}`, value))
  const left = [failure('last', 2), failure('env', 2), failure('none', 2), failure('after', 2)]
  const { results, written } = await updateTests([resultOf(link, [...failures, ...left])])
  expect(results).toMatchObject([{ passed: false, failures: left }])
  expect([...written]).toEqual([[link, values.length]])
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  const text = await readFile(file, 'utf8')
  const { tests } = parse(text) as { tests: Record<string, unknown>[] }
  const expected = values.map(([, value]) => (value === '$' + '{HOME}' ? '$$' + '{HOME}' : value))
  expect(values.map((_, n) => tests[0]?.[`v${n}`])).toEqual(expected)
  expect(text.split('\n').filter((line) => line.startsWith('    #'))).toHaveLength(values.length)
  expect(text).toContain('# first\n')
})
