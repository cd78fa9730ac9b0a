import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../../core/logger.js'
import { BadMessages } from '../../core/message/bad-messages.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'

const byConnection = new WeakMap<NatsConnection, BadMessages>()

/** Sets the log that is told of a connection's bad messages. @default warnings on standard error */
export function setMessageLog(nc: NatsConnection, log: Logger): void {
  byConnection.set(nc, new BadMessages(log))
}

/** Tells that a message makes no sense and is passed over, once a second at most. */
export function passOver(nc: NatsConnection, subject: string, reason: string): void {
  const known = byConnection.get(nc)
  if (!known) setMessageLog(nc, stderrLogger('warn'))
  byConnection.get(nc)?.tell(subject, reason)
}
