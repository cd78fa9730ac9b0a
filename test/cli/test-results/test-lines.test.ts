import { expect, test } from 'vitest'
import { noColours } from '../../../src/cli/index.js'
import { failureText, testLines } from '../../../src/cli/test-results/test-lines.js'

test('a text and a number do not look alike', () => {
  const text = (expected: unknown, actual: unknown): string[] =>
    failureText({ message: 'result', expected, actual }).slice(1)
  expect(text(5, '5')).toEqual(['  expected  5', "  actual    '5'"])
  expect(text('5', 5)).toEqual(["  expected  '5'", '  actual    5'])
  expect(text('a', 'b')).toEqual(['  expected  a', '  actual    b'])
})

test('a test whose expected values were written anew says so', () => {
  const result = {
    name: 'counts',
    passed: true,
    seconds: 1,
    file: 'a.yaml',
    line: 1,
    failures: [],
    output: [],
  }
  expect(testLines(result, noColours, true)).toEqual(['✓ counts (1.0 s, updated)'])
})
