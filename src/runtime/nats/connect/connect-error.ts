import { errors } from '@nats-io/transport-node'
import { DaffiError, messageOf } from '../../core/errors.js'

/** Why the first connect failed, in daffi's words. `url` has no secrets in it. */
export function connectError(url: string, cause: unknown): DaffiError {
  if (isTooLate(cause)) {
    const message = `the NATS server at ${url} waits no longer: this process was too slow to answer it`
    return new DaffiError('DAFFI_NO_SERVER', message, { cause })
  }
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError) {
    return new DaffiError('DAFFI_SERVER_AUTH', `the NATS server at ${url} refuses the credentials`, { cause })
  }
  return new DaffiError('DAFFI_NO_SERVER', `no NATS server at ${url}: ${reasonOf(cause)}`, { cause })
}

/** The client takes it for a refusal of the credentials, which the server has not seen. */
function isTooLate(cause: unknown): boolean {
  return cause instanceof errors.AuthorizationError && /authentication timeout/i.test(cause.message)
}

function reasonOf(cause: unknown): string {
  if (cause instanceof errors.TimeoutError) return 'no answer'
  return messageOf(cause)
}
