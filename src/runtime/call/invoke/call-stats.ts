import { messageOf } from '../../core/errors.js'
import type { CallCounts } from '../../status/index.js'

/** Statistics of a callback's calls, with the names of the NATS service protocol. */
export interface CallStats {
  num_requests: number
  num_errors: number
  /** Message of the last error; empty when there was none. */
  last_error: string
  /** Nanoseconds that all calls took together. */
  processing_time: number
  average_processing_time: number
}

/** Characters of the last error's message that are kept. */
const MAX_ERROR = 512

/** Counts and times the calls of one callback. */
export class CallCounter {
  #requests = 0
  #errors = 0
  #lastError = ''
  #nanoseconds = 0

  get stats(): CallStats {
    return {
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: this.#nanoseconds,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(this.#nanoseconds / this.#requests),
    }
  }

  get counts(): CallCounts {
    return { answered: this.#requests, failed: this.#errors, seconds: this.#nanoseconds / 1e9 }
  }

  /** Counts a call. @returns its result, or a promise of it */
  count(run: () => unknown): unknown {
    const start = performance.now()
    let result: unknown
    try {
      result = run()
    } catch (error) {
      this.#note(start)
      this.#noteError(error)
      throw error
    }
    if (result instanceof Promise) return this.#countLater(result, start)
    this.#note(start)
    return result
  }

  async #countLater(running: Promise<unknown>, start: number): Promise<unknown> {
    try {
      const result = await running
      this.#note(start)
      return result
    } catch (error) {
      this.#note(start)
      this.#noteError(error)
      throw error
    }
  }

  #note(start: number): void {
    this.#requests++
    this.#nanoseconds += Math.round((performance.now() - start) * 1e6)
  }

  #noteError(error: unknown): void {
    this.#errors++
    this.#lastError = messageOf(error).slice(0, MAX_ERROR)
  }
}
