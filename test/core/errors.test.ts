import { expect, test } from 'vitest'
import { ERRORS, isErrorCode, type ErrorCode } from '../../src/runtime/core/error-codes.js'
import { DaffiError, fromErrorRecord, messageOf, toErrorRecord } from '../../src/runtime/core/errors.js'

const CODES = Object.keys(ERRORS) as ErrorCode[]

test('an error has the advice and the exit code of its entry', () => {
  const error = new DaffiError('DAFFI_NO_SERVER', 'no server')
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'DaffiError',
    code: 'DAFFI_NO_SERVER',
    message: 'no server',
    exitCode: 1,
  })
  expect(error.next).toBe(ERRORS.DAFFI_NO_SERVER.next)
  expect(error.details).toBeUndefined()
  expect('cause' in error).toBe(false)
})

test('advice, details and cause of its own are kept', () => {
  const cause = new Error('underneath')
  const error = new DaffiError('DAFFI_USAGE', 'wrong', {
    cause,
    next: 'Do it right.',
    details: { flag: '--x' },
  })
  expect(error).toMatchObject({ next: 'Do it right.', details: { flag: '--x' }, exitCode: 2 })
  expect(error.cause).toBe(cause)
})

test('a record of an error of daffi has all of it, and its inverse gives an equal error', () => {
  const error = new DaffiError('DAFFI_TIMEOUT', 'too late', { next: 'Wait.', details: { ms: 5 } })
  const record = { code: 'DAFFI_TIMEOUT', message: 'too late', next: 'Wait.', details: { ms: 5 } }
  expect(toErrorRecord(error)).toStrictEqual(record)
  expect(toErrorRecord(new DaffiError('DAFFI_CLOSED', 'gone'))).toStrictEqual({
    code: 'DAFFI_CLOSED',
    message: 'gone',
    next: ERRORS.DAFFI_CLOSED.next,
  })
  const back = fromErrorRecord(JSON.parse(JSON.stringify(record)) as typeof record)
  expect(back).toBeInstanceOf(DaffiError)
  expect(toErrorRecord(back)).toStrictEqual(record)
})

test('a record with a code of another version is an internal error with the same message', () => {
  const error = fromErrorRecord({ code: 'DAFFI_OF_TOMORROW', message: 'new' })
  expect(error).toMatchObject({ code: 'DAFFI_INTERNAL', message: 'new', next: ERRORS.DAFFI_INTERNAL.next })
  expect(isErrorCode('toString')).toBe(false)
})

test.each([
  [new Error('a text'), 'a text'],
  [new TypeError('another'), 'another'],
  ['a string', 'a string'],
  [undefined, 'undefined'],
  [null, 'null'],
  [0, '0'],
  [10n, '10'],
  [Symbol('s'), 'Symbol(s)'],
  [{ a: 1 }, '{ a: 1 }'],
  [[1, 2], '[ 1, 2 ]'],
  [Object.create(null), '[Object: null prototype] {}'],
  [
    {
      toString: () => {
        throw new Error('never')
      },
    },
    '{ toString: [Function: toString] }',
  ],
])('whatever is thrown has a text: %#', (thrown, text) => {
  expect(messageOf(thrown)).toBe(text)
  expect(toErrorRecord(thrown)).toStrictEqual({ code: 'DAFFI_INTERNAL', message: text })
})

test('every code has an exit code, a meaning and advice, each of whole sentences', () => {
  expect(CODES.length).toBeGreaterThan(70)
  for (const code of CODES) {
    const { exit, meaning, next } = ERRORS[code]
    expect(code).toMatch(/^DAFFI_[A-Z]+(_[A-Z]+)*$/)
    expect([1, 2, 78]).toContain(exit)
    for (const text of [meaning, next]) expect(text, code).toMatch(/^(?:[A-Z]|npm |context\(\)).*[^.\s]\.$/)
    expect(isErrorCode(code)).toBe(true)
  }
  const meanings = CODES.map((code) => ERRORS[code].meaning)
  expect(new Set(meanings).size).toBe(CODES.length)
})
