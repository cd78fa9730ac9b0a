import type { ErrorRecord } from '../errors.js'
import { withoutStack } from './error-text.js'

const MAX_CODE = 128
const MAX_TEXT = 2048
const MAX_NEXT = 512

/** An error as it goes into a message: cut, since its text may be as long as what a program has thrown. */
export function shortError(record: ErrorRecord): ErrorRecord {
  const { code, message, next, details } = record
  const kept = [details, withoutStack(record).details].find(
    (each) => each && JSON.stringify(each).length <= MAX_TEXT,
  )
  return {
    code: code.slice(0, MAX_CODE),
    message: message.slice(0, MAX_TEXT),
    ...(next === undefined ? {} : { next: next.slice(0, MAX_NEXT) }),
    ...(kept ? { details: kept } : {}),
  }
}
