import { JetStreamApiError } from '@nats-io/jetstream'
import { DaffiError } from '../../core/errors.js'

/** Gives the server's refusal to store a message as DAFFI_NOT_STORED, and any other error as it is. */
export function notStored(error: unknown): unknown {
  if (!(error instanceof JetStreamApiError)) return error
  return new DaffiError('DAFFI_NOT_STORED', `the NATS server refuses to store it: ${error.message}`, {
    cause: error,
  })
}
