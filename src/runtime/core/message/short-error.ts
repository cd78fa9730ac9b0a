import type { ErrorRecord } from '../errors.js'

const MAX_CODE = 128
const MAX_TEXT = 2048
const MAX_NEXT = 512

/** An error as it goes into a message: cut, since its text may be as long as what a program has thrown. */
export function shortError({ code, message, next, details }: ErrorRecord): ErrorRecord {
  const fits = details !== undefined && JSON.stringify(details).length <= MAX_TEXT
  return {
    code: code.slice(0, MAX_CODE),
    message: message.slice(0, MAX_TEXT),
    ...(next === undefined ? {} : { next: next.slice(0, MAX_NEXT) }),
    ...(fits ? { details } : {}),
  }
}
