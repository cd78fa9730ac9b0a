import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { decode } from '../../codec/index.js'
import { DaffiError } from '../../core/errors.js'
import type { UnixChannel } from '../../unix/index.js'
import { listen } from '../../nats/index.js'
import type { UnixPeers } from './ports.js'

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
  return listen(nc, subject, (raw) => listener(formed(raw.data, hasForm), raw))
}

/** Listens to messages of one form from processes of this host. @returns a function that removes the listener */
export function onUnixMessage<T>(
  unix: UnixPeers,
  subject: string,
  hasForm: (message: unknown) => message is T,
  listener: (message: T, channel: UnixChannel) => unknown,
): () => void {
  return unix.on(subject, (payload, channel) => listener(formed(payload, hasForm), channel))
}

/** Decodes a message of one form. @throws DaffiError DAFFI_BAD_MESSAGE */
function formed<T>(bytes: Uint8Array, hasForm: (message: unknown) => message is T): T {
  const message = decodeMessage(bytes)
  if (hasForm(message)) return message
  throw new DaffiError('DAFFI_BAD_MESSAGE', 'it does not have the form of the protocol')
}

/** Decodes a message; undefined when it is no MessagePack, which has no such value as a message. */
export function decodeMessage(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}
