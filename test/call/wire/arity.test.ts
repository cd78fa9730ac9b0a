import { expect, test } from 'vitest'
import { checkArity, listed } from '../../../src/runtime/call/wire/arity.js'

test.each([
  [{ min: 2, max: 2 }, 2],
  [{ min: 1, max: 3 }, 1],
  [{ min: 1, max: 3 }, 3],
  [{ min: 1, max: null }, 100],
  [{ min: null, max: 1 }, 0],
  [{ min: null, max: null }, 100],
])('%j accepts %d arguments', (arity, count) => {
  expect(() => checkArity('add', arity, count)).not.toThrow()
})

test.each([
  [{ min: 1, max: 1 }, 0, '"add" takes 1 argument, not 0'],
  [{ min: 2, max: 2 }, 3, '"add" takes 2 arguments, not 3'],
  [{ min: 1, max: 3 }, 4, '"add" takes 1 to 3 arguments, not 4'],
  [{ min: 1, max: null }, 0, '"add" takes at least 1 arguments, not 0'],
  [{ min: null, max: 1 }, 2, '"add" takes at most 1 arguments, not 2'],
])('%j refuses %d arguments', (arity, count, message) => {
  expect(() => checkArity('add', arity, count)).toThrow(
    expect.objectContaining({ code: 'DAFFI_ARGUMENT_COUNT', message }),
  )
})

test('names are listed in alphabetical order', () => {
  const names = ['b', 'a']
  expect([listed(names), listed([])]).toEqual(['a, b', 'nothing'])
  expect(names).toEqual(['b', 'a'])
})
