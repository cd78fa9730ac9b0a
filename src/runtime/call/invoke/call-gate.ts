import pLimit, { type LimitFunction } from 'p-limit'
import type { Callback } from '../../callback/index.js'
import { MIB } from '../../core/bytes.js'
import { bounded, formatMs } from '../../core/timeout.js'
import { DaffiError } from '../../core/errors.js'
import { startTimer } from '../../core/timer.js'
import { withAbort, type Invocation } from '../api/context.js'
import { ByteWindow } from '../wire/byte-window.js'
import type { CallCounter } from './call-stats.js'
import { RateLimiter } from './rate-limiter.js'

/** Bytes of arguments that wait for the turns of one callback; beyond that callers wait. */
export const MAX_WAITING_BYTES = 32 * MIB

/** Applies a callback's options to its calls: at most `concurrency` at a time, as often as `rate` says, each for at most `timeout`. */
export class CallGate {
  readonly #name: string
  readonly #limit: LimitFunction | undefined
  readonly #rate: RateLimiter | undefined
  readonly #timeoutMs: number
  /** Arguments of calls that wait for their turn; undefined for a callback that runs all at once. */
  readonly waiting: ByteWindow | undefined

  /** @param before the gate that this one replaces, whose beginnings count for the same rate */
  constructor({ name, options: { concurrency, rate, timeoutMs = 0 } }: Callback, before?: CallGate) {
    this.#name = name
    this.#timeoutMs = timeoutMs
    if (concurrency !== undefined) this.#limit = pLimit(concurrency)
    const earlier = before && before.#rate
    if (rate) this.#rate = earlier?.isFor(rate) ? earlier : new RateLimiter(rate)
    if (this.#limit || this.#rate) this.waiting = new ByteWindow(MAX_WAITING_BYTES)
  }

  /** Whether the callback has no options that limit its calls. */
  get isOpen(): boolean {
    return this.#limit === undefined && this.#rate === undefined && this.#timeoutMs === 0
  }

  /** Whether one more call would have to wait, when that many are accepted, whether they are in the gate yet or not. */
  isFull(accepted: number): boolean {
    if (this.#rate?.isBusy) return true
    if (!this.#limit) return false
    const { activeCount, pendingCount, concurrency } = this.#limit
    return Math.max(accepted, activeCount + pendingCount) >= concurrency
  }

  /**
   * Invokes the callback in its turn, also when the call was given up while it waited for another one to end; one that is given up
   * while it waits for the rate does not begin, and does not count.
   * @param value the item, or the first argument, in which the key of a rate is
   * @param onWait called when it must wait for the rate
   * @param counter counts the invocation, without its wait
   * @returns what it returns, or a promise of it
   */
  pass(
    invocation: Invocation,
    callback: (invocation: Invocation) => unknown,
    value: unknown,
    onWait?: (rate: string) => void,
    counter?: CallCounter,
  ): unknown {
    if (this.isOpen) return counter ? counter.count(() => callback(invocation)) : callback(invocation)
    const invoke = (): unknown =>
      this.#timeoutMs === 0 ? callback(invocation) : this.#timed(invocation, callback)
    const begin = (): unknown => (counter ? counter.count(invoke) : invoke())
    // The rate comes last, as it is about when calls begin.
    const enter = (): unknown =>
      this.#rate ? this.#rate.run(value, invocation.abort, begin, onWait) : begin()
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
