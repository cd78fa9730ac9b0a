import { expect, test } from 'vitest'
import { DaffiError } from '../../src/runtime/core/errors.js'
import { toPlain } from '../../src/runtime/codec/index.js'

test.each([
  [undefined, null],
  [12n, 12],
  [2n ** 60n, 2n ** 60n],
  [new Uint8Array(Buffer.from('daffi')).buffer, 'ZGFmZmk='],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(NaN), null],
  [Buffer.from('daffi'), 'ZGFmZmk='],
  [new Float32Array([1, 0.5]), [1, 0.5]],
  [new Set([1, 2n]), [1, 2]],
  [new Map([['a', { b: undefined }]]), { a: {} }],
  [new Map([[1, 'one']]), [[1, 'one']]],
  [
    [undefined, { a: 1, b: undefined, c: null }],
    [null, { a: 1, c: null }],
  ],
  [JSON.parse('{"__proto__":5}'), JSON.parse('{"__proto__":5}')],
  [[{ deep: [1n] }], [{ deep: [1] }]],
])('%o as JSON can carry it', (value, plain) => {
  expect(toPlain(value)).toEqual(plain)
})

test('an error is its record', () => {
  const error = new DaffiError('DAFFI_TIMEOUT', 'late', { next: 'wait' })
  expect(toPlain({ two: error })).toEqual({
    two: { error: { code: 'DAFFI_TIMEOUT', message: 'late', next: 'wait' } },
  })
})

test('an error that is none of daffi has its name, its message and its own fields', () => {
  const error = Object.assign(new TypeError('x', { cause: new Error('why') }), { code: 'E', ids: [1n] })
  expect(toPlain({ e: error })).toStrictEqual({
    e: {
      error: {
        name: 'TypeError',
        message: 'x',
        code: 'E',
        ids: [1],
        cause: { error: { name: 'Error', message: 'why' } },
      },
    },
  })
})
