import type { JetStreamApiError } from '@nats-io/jetstream'
import { NoRespondersError, RequestError, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { MIB } from '../../core/bytes.js'

/** Codes of JetStream's errors, by nats-server's names. */
export const API_ERROR = {
  consumerExists: 10148,
  consumerNotFound: 10014,
  streamNotFound: 10059,
  wrongLastSequence: 10071,
} as const

/** Whether an error is the server's response to a JetStream request with this code. */
export function isApiError(error: unknown, name: keyof typeof API_ERROR): boolean {
  return isJetStreamApiError(error) && error.code === API_ERROR[name]
}

/** Status from which on an error is the server's trouble, as in HTTP; below it the request itself was refused. */
const SERVER_TROUBLE = 500

/** Whether JetStream has refused a request, and will refuse it again. */
export function isRefusal(error: unknown): boolean {
  return isJetStreamApiError(error) && isRefusalStatus(error.status)
}

/** Whether JetStream could not do what it was asked for, as while the server starts, and may be able to later. */
export function isServerTrouble(error: unknown): boolean {
  return isJetStreamApiError(error) && !isRefusalStatus(error.status)
}

export function isRefusalStatus(status: number): boolean {
  return status < SERVER_TROUBLE
}

/**
 * Whether an error is of this class or a subclass, by its method `apiError`. Not by `instanceof`, which would load JetStream into
 * the heartbeat worker of every node: that connects by this room, and needs nothing of JetStream.
 */
function isJetStreamApiError(error: unknown): error is JetStreamApiError {
  return error instanceof Error && 'apiError' in error && typeof error.apiError === 'function'
}

const NO_RESPONDERS = 503

/** Whether the server sent this reply itself, because the request's subject has no subscriber. */
export function isNoRespondersReply({ headers, data }: Msg): boolean {
  return headers?.code === NO_RESPONDERS && data.length === 0
}

/** Whether a request failed because its subject has no subscriber. */
export function isNoResponders(error: unknown): boolean {
  return error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders())
}

const INBOX = /^_INBOX(\.[A-Za-z0-9_-]+)+$/

/** Whether a subject that another process names is an inbox: on others nothing is sent at its word. */
export function isInbox(subject: string): boolean {
  return INBOX.test(subject)
}

/** Value of `max_payload` in bytes until the server has sent its own: nats-server's default. */
const DEFAULT_MAX_PAYLOAD = MIB

/** Bytes that the headers of a call may need. */
const HEADER_BYTES = 4096

/**
 * Maximum size of a message's payload on this connection, in bytes. The server counts the headers as well, and breaks the
 * connection when both together are larger.
 * @param headroom bytes to reserve for the message's headers
 */
export function payloadLimit(nc: NatsConnection, headroom = HEADER_BYTES): number {
  return (nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD) - headroom
}
