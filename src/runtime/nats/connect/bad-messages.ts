import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../../core/logger.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'

/** Least pause between two lines about one connection: whoever sends senseless messages may send thousands. */
const PAUSE_MS = 1000
const MAX_SUBJECT = 200

/** Log of the messages of one connection that are passed over. */
class BadMessages {
  readonly #log: Logger
  #told = -Infinity
  #untold = 0

  constructor(log: Logger) {
    this.#log = log
  }

  tell(subject: string, reason: string): void {
    const now = performance.now()
    if (now - this.#told < PAUSE_MS) {
      this.#untold++
      return
    }
    const others = this.#untold > 0 ? ` (and ${this.#untold} other messages before)` : ''
    this.#told = now
    this.#untold = 0
    // As JSON: a subject is what its sender wants, such as a sequence that a terminal acts on.
    const where = JSON.stringify(subject.slice(0, MAX_SUBJECT))
    this.#log.warn(`a message on ${where} is passed over: ${reason}${others}`)
  }
}

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
