import { JetStreamApiError } from '@nats-io/jetstream'
import { DaffiError } from '../../core/errors.js'

export const WRONG_LAST_SEQUENCE = 10071
export const STREAM_NOT_FOUND = 10059

export function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code
}

/** What a server's refusal to store something is to whoever wanted it stored; other errors as they are. */
export function notStored(error: unknown): unknown {
  if (!(error instanceof JetStreamApiError)) return error
  return new DaffiError('DAFFI_NOT_STORED', `the NATS server refuses to store it: ${error.message}`, {
    cause: error,
  })
}
