import { randomBytes } from 'node:crypto'
import { DaffiError } from './errors.js'

const TOKEN = /^[A-Za-z0-9_-]+$/
const MAX_LENGTH = 128

/** Names become tokens of NATS subjects, so they are checked at the door. */
export function isToken(text: string): boolean {
  return text.length <= MAX_LENGTH && TOKEN.test(text)
}

/** @throws DaffiError DAFFI_BAD_NAME */
export function assertToken(what: string, text: string): void {
  if (!isToken(text)) {
    throw new DaffiError(
      'DAFFI_BAD_NAME',
      `${what} ${JSON.stringify(text.slice(0, MAX_LENGTH))} is not a name: use 1 to ${MAX_LENGTH} letters, digits, _ and -`,
    )
  }
}

/** A random id of 72 bits that is also a token. */
export function randomId(): string {
  return randomBytes(9).toString('base64url')
}
