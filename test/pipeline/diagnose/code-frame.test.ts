import { expect, test } from 'vitest'
import { codeFrame } from '../../../src/runtime/pipeline/diagnose/code-frame.js'

test('carets stand under tabs, and stay on the line', () => {
  expect(codeFrame('\ta: [\n1\n]', { line: 1, column: 5, length: 7 })).toBe(
    '> 1 | \ta: [\n    | \t   ^\n  2 | 1\n  3 | ]',
  )
})

test('a long line is cut', () => {
  const frame = codeFrame('x'.repeat(500), { line: 1, column: 400, length: 1 })
  expect(frame.length).toBeLessThan(200)
})
