import pLimit, { type LimitFunction } from 'p-limit'
import type { Callback } from '../../callback/index.js'
import { bounded, formatMs } from '../../core/abort.js'
import { parseDuration } from '../../core/duration.js'
import { DaffiError } from '../../core/errors.js'

/** What a callback's options make its calls pass: their turn, and the clock. */
export class CallGate {
  readonly #name: string
  readonly #limit: LimitFunction | undefined
  readonly #timeoutMs: number

  constructor({ name, options: { concurrency, timeout = 0 } = {} }: Callback) {
    this.#name = name
    this.#timeoutMs = parseDuration(timeout, `the timeout of "${name}"`)
    if (concurrency === undefined) return
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new DaffiError(
        'DAFFI_BAD_VALUE',
        `the concurrency of "${name}" must be a whole number, at least 1`,
      )
    }
    this.#limit = pLimit(concurrency)
  }

  /** @throws the signal's reason, when the call was given up while it waited */
  async pass<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const enter = async (): Promise<T> => {
      signal.throwIfAborted()
      return this.#timeoutMs === 0 ? await run(signal) : await this.#timed(signal, run)
    }
    return await (this.#limit ? this.#limit(enter) : enter())
  }

  async #timed<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const clock = new AbortController()
    const timer = setTimeout(() => {
      const message = `"${this.#name}" ran for more than ${formatMs(this.#timeoutMs)}, which its options allow`
      clock.abort(new DaffiError('DAFFI_CALLBACK_TIMEOUT', message))
    }, this.#timeoutMs)
    try {
      const running = run(AbortSignal.any([signal, clock.signal]))
      return await bounded(running, { signal: clock.signal, what: `"${this.#name}"` })
    } finally {
      clearTimeout(timer)
    }
  }
}
