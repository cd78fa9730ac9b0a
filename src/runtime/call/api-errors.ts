import { JetStreamApiError } from '@nats-io/jetstream'

export const WRONG_LAST_SEQUENCE = 10071
export const STREAM_NOT_FOUND = 10059

export function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code
}
