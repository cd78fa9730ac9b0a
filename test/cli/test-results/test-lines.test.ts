import { expect, test } from 'vitest'
import { failureText } from '../../../src/cli/test-results/test-lines.js'

test('a text and a number do not look alike', () => {
  const text = (expected: unknown, actual: unknown): string[] =>
    failureText({ message: 'result', expected, actual }).slice(1)
  expect(text(5, '5')).toEqual(['  expected  5', "  actual    '5'"])
  expect(text('5', 5)).toEqual(["  expected  '5'", '  actual    5'])
  expect(text('a', 'b')).toEqual(['  expected  a', '  actual    b'])
})
