import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { decode } from '../../codec/index.js'

/**
 * Subscribes to messages of one form. What comes without that form is ignored, as it comes from no daffi of this version.
 * @param hasForm tells whether a decoded message has the form
 */
export function onMessage<T>(
  nc: NatsConnection,
  subject: string,
  hasForm: (message: unknown) => message is T,
  listener: (message: T, raw: Msg) => void,
): Subscription {
  return nc.subscribe(subject, {
    callback: (error, raw) => {
      const message = error === null ? decoded(raw.data) : undefined
      if (hasForm(message)) listener(message, raw)
    },
  })
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
