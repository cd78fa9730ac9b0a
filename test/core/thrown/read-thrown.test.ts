import { expect, test } from 'vitest'
import { errorFields, toError } from '../../../src/runtime/codec/error-fields.js'
import { asError, readThrown } from '../../../src/runtime/core/thrown/read-thrown.js'
import { Sold, THROWN } from '../../support/thrown.js'

test.each(THROWN)('%s is read, and becomes an error', (_, thrown, [name, message, code]) => {
  expect(readThrown(thrown)).toMatchObject({ name, message, code })
  const error = asError(thrown)
  expect(error).toBeInstanceOf(Error)
  expect(readThrown(error)).toMatchObject({ name, message, code })
  // Nothing in it throws any more.
  const { stack, cause } = error
  expect([typeof stack, cause]).toEqual(['string', undefined])
})

test('a good error stays itself', () => {
  const error = new Sold('out', { cause: 5 })
  expect(asError(error)).toBe(error)
  expect(readThrown(error)).toMatchObject({ cause: 5, stack: error.stack })
})

const makers: [string, PropertyDescriptor][] = [
  ['throws', { value: () => never() }],
  ['gives no text', { value: () => 42 }],
  ['is a getter that throws', { get: never }],
]

test.each(makers)('when what makes stacks %s, errors keep class and texts', (_, maker) => {
  const error = new Sold('out')
  const fields: unknown[] = []
  // vitest makes errors of its own, so it is called when all is as it was.
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    Object.defineProperty(Error, 'prepareStackTrace', { ...maker, configurable: true })
    for (const thrown of [error, new Sold('out'), { message: 'out', name: 'Sold' }]) {
      const made = asError(thrown)
      fields.push([made === thrown, made.name, made.message, typeof made.stack])
      fields.push(typeof toError(errorFields(new Sold('sent'))).stack)
    }
  } finally {
    Reflect.deleteProperty(Error, 'prepareStackTrace')
    if (before) Object.defineProperty(Error, 'prepareStackTrace', before)
  }
  const kept = [true, 'Error', 'out', 'string']
  expect(fields).toEqual([kept, 'string', kept, 'string', [false, 'Sold', 'out', 'string'], 'string'])
})

function never(): never {
  throw new Error('no stack')
}
