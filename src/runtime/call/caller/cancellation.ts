import { DaffiError } from '../../core/errors.js'
import { formatRate, type Rate } from '../../core/stream/rate.js'
import { Limits, type Bounds } from '../../core/timeout.js'

/** Tells a call that it is given up. Its signal, which costs more than a small call, is made when it is first read. */
export class Cancellation {
  readonly #limits: Limits | undefined
  #abort: AbortController | undefined
  #reason: { error: unknown } | undefined
  #listener: ((reason: unknown) => void) | undefined
  #rate: Rate | undefined

  /** @param bounds when they are reached the call is cancelled, unless `end` was called before; by default there are none */
  constructor(bounds?: Bounds) {
    if (bounds) this.#limits = new Limits(bounds, (error) => this.cancel(this.#explained(error)))
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.#reason) this.#abort.abort(this.#reason.error)
    }
    return this.#abort.signal
  }

  throwIfCancelled(): void {
    if (this.#reason) throw this.#reason.error
  }

  /** Sets the only listener, or none. */
  listen(listener: ((reason: unknown) => void) | undefined): void {
    this.#listener = listener
  }

  cancel(reason: unknown): void {
    this.#reason ??= { error: reason }
    this.#listener?.(reason)
    this.#abort?.abort(reason)
  }

  /** Notes that the call waits for the rate of its callback, for the message if its time runs out. */
  waitsFor(rate: Rate): void {
    this.#rate = rate
  }

  #explained(error: DaffiError): DaffiError {
    if (!this.#rate || error.code !== 'DAFFI_TIMEOUT') return error
    const why = `it had to wait for the rate of the callback, ${formatRate(this.#rate)}`
    return new DaffiError('DAFFI_TIMEOUT', `${error.message}; ${why}`)
  }

  /** Ends the watch of the bounds: the call is over. */
  end(): void {
    this.#limits?.end()
  }
}

/**
 * Makes a call that is cancelled when its bounds are reached.
 * @param call rejects with the reason as soon as it is cancelled
 * @throws DaffiError DAFFI_TIMEOUT; DAFFI_ABORTED, or the signal's reason if that is a DaffiError
 */
export async function boundedCall<T>(
  bounds: Bounds,
  call: (cancellation: Cancellation) => Promise<T>,
): Promise<T> {
  const cancellation = new Cancellation(bounds)
  try {
    return await call(cancellation)
  } finally {
    cancellation.end()
  }
}
