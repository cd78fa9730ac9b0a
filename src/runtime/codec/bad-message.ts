import { DaffiError } from '../core/errors.js'

/** The error for bytes that are not what the protocol says. */
export function badMessage(what: string): DaffiError {
  return new DaffiError('DAFFI_BAD_MESSAGE', `${what} is not of the protocol`)
}
