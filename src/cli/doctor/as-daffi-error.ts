import { DaffiError, messageOf } from '../../runtime/core/errors.js'

export function asDaffiError(error: unknown): DaffiError {
  return error instanceof DaffiError
    ? error
    : new DaffiError('DAFFI_INTERNAL', messageOf(error), { cause: error })
}
