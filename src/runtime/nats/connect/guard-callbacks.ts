import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { traceOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'

/**
 * Logs what callbacks of subscriptions throw. Without this the client would read nothing more on the connection, for good and
 * without a word.
 */
export function guardCallbacks(connection: NatsConnection, log: Logger): void {
  const subscribe = connection.subscribe.bind(connection)
  connection.subscribe = (subject, options) => {
    const callback = options?.callback
    if (!callback) return subscribe(subject, options)
    const guarded = (error: Error | null, message: Msg): void => {
      try {
        void callback(error, message)
      } catch (thrown) {
        log.error(`a message on ${message.subject} is not handled: ${traceOf(thrown)}`)
      }
    }
    return subscribe(subject, { ...options, callback: guarded })
  }
}
