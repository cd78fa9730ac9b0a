import { expect, test } from 'vitest'
import { codeFrame } from '../../../src/runtime/pipeline/diagnose/code-frame.js'

test('carets stand under tabs, and stay on the line', () => {
  expect(codeFrame('\ta: [\n1\n]', { line: 1, column: 5, length: 7 })).toBe(
    '> 1 | \ta: [\n    | \t   ^\n  2 | 1\n  3 | ]',
  )
})

test.each([1, 130, 161, 400, 499, 9000])('of a long line the part around column %i is shown', (column) => {
  const text = 'x'.repeat(column - 1) + 'HERE' + 'x'.repeat(500)
  const [line = '', carets = ''] = codeFrame(text, { line: 1, column, length: 4 }).split('\n')
  expect(line.length).toBeLessThanOrEqual(170)
  expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE')
})

test('a secret that begins before the part is hidden in it', () => {
  const text = `password: "${'s'.repeat(600)}" here`
  const frame = codeFrame(text, { line: 1, column: 400, length: 1 })
  expect(frame).toContain('***')
  expect(frame).not.toContain('ss')
})
