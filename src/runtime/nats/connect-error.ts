import { errors } from '@nats-io/transport-node'
import { DaffiError, messageOf } from '../core/errors.js'

/** Why the first connect failed, in daffi's words. `url` has no secrets in it. */
export function connectError(url: string, cause: unknown): DaffiError {
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError) {
    return new DaffiError('DAFFI_SERVER_AUTH', `the NATS server at ${url} refuses the credentials`, { cause })
  }
  return new DaffiError('DAFFI_NO_SERVER', `no NATS server at ${url}: ${reasonOf(cause)}`, { cause })
}

function reasonOf(cause: unknown): string {
  if (cause instanceof errors.TimeoutError) return 'no answer'
  return messageOf(cause)
}
