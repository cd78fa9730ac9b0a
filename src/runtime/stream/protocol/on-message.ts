import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { decode } from '../../codec/index.js'
import { listen, passOver } from '../../nats/index.js'

/**
 * Subscribes to messages of one form. What comes without that form is passed over, as it comes from no daffi of this version.
 * @param hasForm tells whether a decoded message has the form
 */
export function onMessage<T>(
  nc: NatsConnection,
  subject: string,
  hasForm: (message: unknown) => message is T,
  listener: (message: T, raw: Msg) => unknown,
): Subscription {
  return listen(nc, subject, (raw) => {
    const message = decodeMessage(raw.data)
    if (hasForm(message)) return listener(message, raw)
    passOver(nc, raw.subject, 'it does not have the form of the protocol')
    return undefined
  })
}

/** Decodes a message; undefined when it is no MessagePack, which has no such value as a message. */
export function decodeMessage(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
