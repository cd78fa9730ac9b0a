import { DaffiError } from '../../runtime/core/errors.js'

/** The id of a dead letter on the command line. @throws DaffiError DAFFI_USAGE */
export function readLetterId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new DaffiError(
    'DAFFI_USAGE',
    `${text} is not the id of a dead letter, which is a number that dead list shows`,
  )
}
