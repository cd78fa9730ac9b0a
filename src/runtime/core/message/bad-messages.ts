import { DaffiError, traceOf } from '../errors.js'
import type { Logger } from '../logger.js'

/** Least pause between two lines about one connection: whoever sends senseless messages may send thousands. */
const PAUSE_MS = 1000
const MAX_SUBJECT = 200

/** Log of the messages of one connection that are passed over. */
export class BadMessages {
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

/**
 * Makes a handler of messages whose failures concern one message: what `handle` throws, or rejects with, is told, and that message is
 * passed over. It would end what reads the messages, or the process, else.
 */
export function passingOver<Message extends readonly unknown[]>(
  handle: (...message: Message) => unknown,
  tell: (reason: string, ...message: Message) => void,
): (...message: Message) => void {
  return (...message) => {
    try {
      const handling = handle(...message)
      if (handling instanceof Promise) handling.catch((reason: unknown) => tell(reasonOf(reason), ...message))
    } catch (reason) {
      tell(reasonOf(reason), ...message)
    }
  }
}

/** A message that makes no sense is no fault of daffi's, and needs no stack. */
function reasonOf(error: unknown): string {
  return error instanceof DaffiError && error.code === 'DAFFI_BAD_MESSAGE' ? error.message : traceOf(error)
}
