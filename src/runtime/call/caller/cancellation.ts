import { bounded, type Bounds } from '../../core/timeout.js'

/** Tells a call that it is given up. Its signal, which costs more than a small call, is made when it is first read. */
export class Cancellation {
  #abort: AbortController | undefined
  #reason: { error: unknown } | undefined
  #listener: ((reason: unknown) => void) | undefined

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
}

/** Makes a call that is given up when its bounds are reached. @throws as `bounded` does */
export function boundedCall<T>(bounds: Bounds, call: (cancellation: Cancellation) => Promise<T>): Promise<T> {
  const cancellation = new Cancellation()
  return bounded(call(cancellation), { ...bounds, onGivenUp: (error) => cancellation.cancel(error) })
}
