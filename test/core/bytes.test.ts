import { expect, test } from 'vitest'
import { parseBytes } from '../../src/runtime/core/bytes.js'

test.each([
  [1024, 1024],
  ['1024', 1024],
  ['512 KiB', 512 * 1024],
  ['64mib', 64 * 1024 ** 2],
  ['1.5 GiB', 1.5 * 1024 ** 3],
])('%s is %d bytes', (value, bytes) => {
  expect(parseBytes(value)).toBe(bytes)
})

test.each(['', 'much', '5 parsecs', '-1', NaN, '1e400'])('%s is none', (value) => {
  expect(() => parseBytes(value, 'retention.bytes')).toThrow(
    expect.objectContaining({
      code: 'DAFFI_BAD_SIZE',
      message: `retention.bytes: ${typeof value === 'number' ? value : `"${value}"`} is not a size`,
      next: 'Write a number of bytes, or text such as 512 KiB, 64 MiB or 1.5 GiB.',
    }),
  )
})
