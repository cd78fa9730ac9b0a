import { errors } from '@nats-io/transport-node'
import { DaffiError, messageOf } from '../../core/errors.js'
import { isServerTrouble } from './api-errors.js'
import { refusalOf } from './refusals/permissions.js'
import { tlsFault } from './tls.js'

/**
 * The error to throw when the first attempt to connect, or to ask the server for something, failed.
 * @param url without secrets, since it becomes part of the message
 */
export function connectError(url: string, cause: unknown): DaffiError {
  if (cause instanceof DaffiError) return cause
  if (isAuthTimeout(cause)) {
    const message = `the NATS server at ${url} closed the connection: this process was too slow to authenticate`
    return new DaffiError('DAFFI_NO_SERVER', message, { cause })
  }
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError) {
    return new DaffiError('DAFFI_SERVER_AUTH', `the NATS server at ${url} refuses the credentials`, { cause })
  }
  const fault = tlsFault(cause)
  if (fault !== undefined) {
    const message = `no TLS connection to the NATS server at ${url}: ${fault}`
    return new DaffiError('DAFFI_SERVER_TLS', message, { cause })
  }
  const refusal = refusalOf(cause, url)
  if (refusal) return refusal.error
  return new DaffiError('DAFFI_NO_SERVER', `no NATS server at ${url}: ${reasonOf(cause)}`, { cause })
}

/** Errors of the client by which the server is away, or answers nothing. */
const AWAY = [
  errors.ClosedConnectionError,
  errors.ConnectionError,
  errors.DrainingConnectionError,
  errors.NoRespondersError,
  errors.RequestError,
  errors.TimeoutError,
]

/** The error of a process that the server has left while it joined; any error that does not say so is given as it is. */
export function joinError(url: string, cause: unknown): unknown {
  if (!AWAY.some((kind) => cause instanceof kind) && !isServerTrouble(cause)) return cause
  const message = `the NATS server at ${url} went away, or is just starting: ${reasonOf(cause)}`
  return new DaffiError('DAFFI_NO_SERVER', message, { cause })
}

/** The client reports this timeout as refused credentials, although the server has not received any. */
function isAuthTimeout(cause: unknown): boolean {
  return cause instanceof errors.AuthorizationError && /authentication timeout/i.test(cause.message)
}

function reasonOf(cause: unknown): string {
  if (cause instanceof errors.TimeoutError) return 'no answer'
  return messageOf(cause)
}
