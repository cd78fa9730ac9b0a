import { messageOf } from '../../core/errors.js'

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

  async count<T>(run: () => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await run()
    } catch (error) {
      this.#errors++
      this.#lastError = messageOf(error)
      throw error
    } finally {
      this.#requests++
      this.#nanoseconds += Math.round((performance.now() - start) * 1e6)
    }
  }
}
