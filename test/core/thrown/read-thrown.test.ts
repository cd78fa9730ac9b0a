import { expect, test } from 'vitest'
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
