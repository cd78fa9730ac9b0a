import type { ErrorRecord } from '../errors.js'
import { withoutStack } from './error-text.js'

/** Limits in bytes: together with what a message has besides, they fit into the smallest max_payload, 8 KiB. */
const MAX_CODE = 128
const MAX_TEXT = 2048
const MAX_NEXT = 512

/** An error as it goes into a message: cut, since its text may be as long as what a program has thrown. */
export function shortError(record: ErrorRecord): ErrorRecord {
  const { code, message, next, details } = record
  const kept = [details, withoutStack(record).details].find(
    (each) => each && Buffer.byteLength(JSON.stringify(each)) <= MAX_TEXT,
  )
  return {
    code: cut(code, MAX_CODE),
    message: cut(message, MAX_TEXT),
    ...(next === undefined ? {} : { next: cut(next, MAX_NEXT) }),
    ...(kept ? { details: kept } : {}),
  }
}

/** The beginning of a text that stands for itself in a message. */
export function shortText(text: string): string {
  return cut(text, MAX_TEXT)
}

/** The beginning of a text that fits into some bytes of UTF-8, without half a character at its end. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true })
}
