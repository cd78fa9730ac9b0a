import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../src/runtime/codec/index.js'

const error = fc
  .record({ message: fc.string(), code: fc.string({ minLength: 1 }) })
  .map(({ message, code }) => Object.assign(new RangeError(message), { code }))

/** Keys, among them those that objects have anyway. */
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toJSON', 'hasOwnProperty', ''))

/** Whatever docs/protocol.md says can travel, nested as one likes. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, undefined, true, false, NaN, Infinity),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'grapheme' }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.float64Array(),
    fc.int16Array(),
    fc.bigUint64Array(),
    error,
    fc.array(tie('value')),
    fc.dictionary(key, tie('value')),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
    fc.array(tie('value')).map((members) => new Set(members)),
  ),
}))

test('whatever can travel arrives as it was sent', () => {
  fc.assert(
    fc.property(value, (sent) => {
      expect(decode(encode(sent))).toEqual(sent)
    }),
  )
})

test('a value that cannot be sent is refused wherever it is, and named by its path', () => {
  const unsendable = fc.constantFrom<unknown>(() => 1, Symbol('s'), Promise.resolve(1))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3 }), unsendable, (before, bad) => {
      const path = `the value[${before.length}].deep`
      expect(() => encode([...before, { deep: bad }])).toThrow(path)
    }),
  )
})

test('no bytes make the decoder throw anything but its own error', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        decode(bytes)
      } catch (error) {
        expect(error).toMatchObject({ code: 'DAFFI_BAD_MESSAGE' })
      }
    }),
  )
})
