import { expect, test } from 'vitest'
import { isAtLeast } from '../../../src/runtime/core/text/version.js'

test.each([
  ['2.10.0', '2.10.0', true],
  ['2.14.0', '2.10.0', true],
  ['2.9.10', '2.10.0', false],
  ['3.0.0', '2.10.5', true],
  ['2.10.4', '2.10.5', false],
  ['2.11.0-preview.2', '2.10.0', true],
  ['2.10', '2.10.0', true],
  ['', '2.10.0', false],
  // Builds of ffmpeg from its repository have no number.
  ['N-47683-g0e8eb07980', '5.1', false],
])('%s is at least %s: %s', (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected)
})
