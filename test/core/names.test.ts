import { expect, test } from 'vitest'
import { assertToken, isToken, randomId, withNodeName } from '../../src/runtime/core/names.js'

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
        message: `node name ${JSON.stringify(text.slice(0, 128))} is not a name`,
        next: 'Use 1 to 128 letters, digits, _ and -.',
      }),
    )
  },
)

test('random ids are tokens of 72 bits, and differ', () => {
  const ids = Array.from({ length: 1000 }, randomId)
  expect(ids.every((id) => id.length === 12 && isToken(id))).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
})

test.each([
  ['post-3', ['post-1', 'post-2', 'post-3', 'shelf', 'shelf-2']],
  ['post-10', ['post-1', 'post-2', 'post-10', 'shelf', 'shelf-2']],
  ['shelf-3', ['post-1', 'post-2', 'shelf', 'shelf-2', 'shelf-3']],
  ['post-0', ['post-0', 'post-1', 'post-2', 'shelf', 'shelf-2']],
  ['poster-2', ['post-1', 'post-2', 'shelf', 'shelf-2', 'poster-2']],
])('%s stands beside the other processes of its node', (name, names) => {
  expect(withNodeName(['post-1', 'post-2', 'shelf', 'shelf-2'], name)).toEqual(names)
})
