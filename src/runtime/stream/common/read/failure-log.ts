import { traceOf } from '../../../core/errors.js'
import type { Logger } from '../../../core/logger.js'

/** Shortest time between two lines about items that were skipped. */
const INTERVAL_MS = 1000

/** Logs the errors of a stream's callback, with their stacks, on the node where the callback runs. */
export class FailureLog {
  readonly #call: string
  readonly #log: Logger
  #loggedAt = -Infinity
  /** Failures since the last line. */
  #unlogged = 0

  constructor(call: string, log: Logger) {
    this.#call = call
    this.#log = log
  }

  /** Logs the error that ends the receiver. @param where such as `item 7` */
  onStop(where: string, error: unknown): void {
    this.#log.error(`${this.#threwAt(where)}, and gets no more items: ${traceOf(error)}`)
  }

  /** Logs the error of an item that was replayed as a dead letter. */
  onReplayed(where: string, error: unknown): void {
    this.#log.warn(`${this.#threwAt(where)} again, and its dead letter is kept: ${traceOf(error)}`)
  }

  /** Logs an error after which the stream goes on; at most once a second, with the number of those in between. */
  onSkip(where: string, error: unknown): void {
    const now = performance.now()
    if (now - this.#loggedAt < INTERVAL_MS) {
      this.#unlogged++
      return
    }
    const others = this.#unlogged === 0 ? '' : ` (and at ${this.#unlogged} more since the line before)`
    this.#log.warn(`${this.#threwAt(where)}${others}: ${traceOf(error)}`)
    this.#loggedAt = now
    this.#unlogged = 0
  }

  #threwAt(where: string): string {
    return `"${this.#call}" threw at ${where}`
  }
}
