import { expect, test } from 'vitest'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import { toPlain } from '../../../src/runtime/node/calls/plain-value.js'

test.each([
  [undefined, null],
  [12n, '12'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(NaN), null],
  [Buffer.from('daffi'), 'ZGFmZmk='],
  [new Float32Array([1, 0.5]), [1, 0.5]],
  [new Set([1, 2n]), [1, '2']],
  [new Map([['a', { b: undefined }]]), { a: { b: null } }],
  [new Map([[1, 'one']]), [[1, 'one']]],
  [[{ deep: [1n] }], [{ deep: ['1'] }]],
])('%o as JSON can carry it', (value, plain) => {
  expect(toPlain(value)).toEqual(plain)
})

test('an error is its record', () => {
  const error = new DaffiError('DAFFI_TIMEOUT', 'late', { next: 'wait' })
  expect(toPlain({ two: error })).toEqual({
    two: { error: { code: 'DAFFI_TIMEOUT', message: 'late', next: 'wait' } },
  })
})
