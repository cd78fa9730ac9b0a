import { JetStreamApiError } from '@nats-io/jetstream'
import { NoRespondersError, RequestError, type NatsConnection } from '@nats-io/transport-node'

/** Codes of JetStream's errors, by the names that nats-server gives them. */
export const API_ERROR = {
  consumerNotFound: 10014,
  streamNotFound: 10059,
  wrongLastSequence: 10071,
} as const

/** Whether the server answered a JetStream request with this error. */
export function isApiError(error: unknown, name: keyof typeof API_ERROR): boolean {
  return error instanceof JetStreamApiError && error.code === API_ERROR[name]
}

/** Whether a request failed because nobody listens on its subject. */
export function isNoResponders(error: unknown): boolean {
  return error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders())
}

/** `max_payload` of a server that has not said its own yet: the default of nats-server, in bytes. */
const DEFAULT_PAYLOAD = 1024 * 1024

/**
 * Bytes that fit into one message on this connection.
 * @param headroom bytes to leave for the message's headers
 */
export function payloadLimit(nc: NatsConnection, headroom = 0): number {
  return (nc.info?.max_payload ?? DEFAULT_PAYLOAD) - headroom
}
