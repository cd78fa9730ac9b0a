import { expect, test } from 'vitest'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import {
  errorLine,
  errorLines,
  errorReminder,
  thrownLine,
  withoutStack,
} from '../../../src/runtime/core/message/error-text.js'
import { shortError } from '../../../src/runtime/core/message/short-error.js'

const details = {
  node: 'n',
  name: 'TypeError',
  file: '/p/look.ts',
  line: 3,
  stack: 'at look (/p/look.ts:3:5)',
}
const record = { code: 'DAFFI_REMOTE', message: 'no width', details }

test("a callback's error is told with its name and its place", () => {
  expect(errorLine(record)).toBe('TypeError: no width (/p/look.ts:3)')
  expect(errorLines(record, ' (CODE)')).toBe('TypeError: no width (CODE)\n    at look (/p/look.ts:3:5)')
  expect(errorLine(withoutStack(record))).toBe(errorLine(record))
})

test('its code is told where the message does not have it', () => {
  const coded = { ...record, details: { ...details, name: 'Error', remoteCode: 'EX' } }
  expect(errorLine(coded)).toBe('Error [EX]: no width (/p/look.ts:3)')
  expect(errorLine({ ...coded, message: 'EX: no width' })).toBe('EX: no width (/p/look.ts:3)')
})

test("daffi's own errors are told as they are", () => {
  const own = new DaffiError('DAFFI_TIMEOUT', 'too late')
  expect(thrownLine(own)).toBe('too late')
  expect(errorLines({ code: 'DAFFI_TIMEOUT', message: 'too late', details })).toBe('too late')
})

test('a huge text is cut, and more so where it has been told', () => {
  const huge = { ...record, message: 'x'.repeat(6e5) }
  expect(errorLines(huge).length).toBeLessThan(2200)
  expect(errorReminder(huge).length).toBeLessThan(250)
  expect(errorReminder({ ...record, message: 'one\ntwo' })).toBe('TypeError: one… (/p/look.ts:3)')
})

test('where there is no room for the stack, the other facts are kept', () => {
  const { stack: _stack, ...others } = details
  expect(shortError({ ...record, details: { ...details, stack: 'x'.repeat(3000) } }).details).toEqual(others)
  expect(shortError({ ...record, details: { name: 'x'.repeat(3000) } }).details).toBeUndefined()
})
