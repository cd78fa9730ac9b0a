import pLimit, { type LimitFunction } from 'p-limit'
import type { Callback } from '../../callback/index.js'
import { MIB } from '../../core/bytes.js'
import { bounded, formatMs } from '../../core/timeout.js'
import { DaffiError } from '../../core/errors.js'
import { startTimer } from '../../core/timer.js'
import { withAbort, type Invocation } from '../api/context.js'
import { ByteWindow } from '../wire/byte-window.js'

/** Bytes of arguments that wait for the turns of one callback; beyond that callers wait. */
export const MAX_WAITING_BYTES = 32 * MIB

/** Applies a callback's options to its calls: at most `concurrency` at a time, each for at most `timeout`. */
export class CallGate {
  readonly #name: string
  readonly #limit: LimitFunction | undefined
  readonly #timeoutMs: number
  /** Arguments of calls that wait for their turn; undefined for a callback that runs all at once. */
  readonly waiting: ByteWindow | undefined

  constructor({ name, options: { concurrency, timeoutMs = 0 } }: Callback) {
    this.#name = name
    this.#timeoutMs = timeoutMs
    if (concurrency === undefined) return
    this.#limit = pLimit(concurrency)
    this.waiting = new ByteWindow(MAX_WAITING_BYTES)
  }

  /** Whether the callback has no options that limit its calls. */
  get isOpen(): boolean {
    return this.#limit === undefined && this.#timeoutMs === 0
  }

  /** Whether one more call would have to wait, when that many are accepted, whether they are in the gate yet or not. */
  isFull(accepted: number): boolean {
    if (!this.#limit) return false
    const { activeCount, pendingCount, concurrency } = this.#limit
    return Math.max(accepted, activeCount + pendingCount) >= concurrency
  }

  /**
   * Invokes the callback in its turn, also when the call was given up while it waited.
   * @returns what it returns, or a promise of it
   */
  pass(invocation: Invocation, callback: (invocation: Invocation) => unknown): unknown {
    if (this.isOpen) return callback(invocation)
    const enter = (): unknown =>
      this.#timeoutMs === 0 ? callback(invocation) : this.#timed(invocation, callback)
    return this.#limit ? this.#limit(enter) : enter()
  }

  async #timed(invocation: Invocation, callback: (invocation: Invocation) => unknown): Promise<unknown> {
    const clock = new AbortController()
    const timer = startTimer(this.#timeoutMs, () => {
      const message = `"${this.#name}" ran for more than ${formatMs(this.#timeoutMs)}, which its options allow`
      clock.abort(new DaffiError('DAFFI_CALLBACK_TIMEOUT', message))
    })
    try {
      const either = { signal: AbortSignal.any([invocation.abort.signal, clock.signal]) }
      const running = Promise.resolve(callback(withAbort(invocation, either)))
      return await bounded(running, { signal: clock.signal, what: `"${this.#name}"` })
    } finally {
      timer.cancel()
    }
  }
}
