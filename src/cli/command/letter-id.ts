import { DaffiError } from '../../runtime/core/errors.js'

/** The id of a dead letter on the command line. @throws DaffiError DAFFI_NO_DEAD_LETTER for a text that none can have */
export function readLetterId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new DaffiError('DAFFI_NO_DEAD_LETTER', `there is no dead letter ${text}: their ids are numbers`)
}
