import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node'
import { passingOver } from '../../core/message/bad-messages.js'
import { passOver } from './bad-messages.js'

export interface ListenOptions {
  /** Queue group. */
  queue?: string
  /** Number of messages after which the subscription ends. */
  max?: number
  /** Called when the subscription ends by an error, such as a refusal by the server. */
  onError?: (error: Error) => void
}

/**
 * Subscribes to a subject, for everybody in daffi: the linter refuses another way. What the handler throws, or rejects with,
 * concerns one message, which is passed over and told. Without this the client would read nothing more on the connection, for
 * good and without a word; and a rejection would end the process.
 */
export function listen(
  nc: NatsConnection,
  subject: string,
  handle: (message: Msg) => unknown,
  { onError, ...options }: ListenOptions = {},
): Subscription {
  const take = passingOver(handle, (reason, message) => passOver(nc, message.subject, reason))
  return nc.subscribe(subject, {
    ...options,
    callback: (error, message) => {
      if (error === null) take(message)
      else onError?.(error)
    },
  })
}
