import { expect, test } from 'vitest'
import { assertToken, isToken, randomId } from '../../src/runtime/core/names.js'

const LONGEST = 'n'.repeat(128)

test.each(['a', 'A-1_b', '0', '-', '_', LONGEST])('%s is a name', (text) => {
  expect(isToken(text)).toBe(true)
  expect(() => assertToken('node name', text)).not.toThrow()
})

// Dots, wildcards and white space have a meaning in subjects; the others are refused by JetStream or by file systems.
test.each(['', ' ', 'a b', 'a.b', '*', '>', 'a/b', 'a\\b', 'a\n', 'ä', 'a\0', '$JS', `${LONGEST}n`])(
  '%j is no name',
  (text) => {
    expect(isToken(text)).toBe(false)
    expect(() => assertToken('node name', text)).toThrow(
      expect.objectContaining({
        code: 'DAFFI_BAD_NAME',
        message: `node name ${JSON.stringify(text.slice(0, 128))} is not a name: use 1 to 128 letters, digits, _ and -`,
      }),
    )
  },
)

test('random ids are tokens of 72 bits, and differ', () => {
  const ids = Array.from({ length: 1000 }, randomId)
  expect(ids.every((id) => id.length === 12 && isToken(id))).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
})
