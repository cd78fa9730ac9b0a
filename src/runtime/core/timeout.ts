import { addAbortListener } from 'node:events'
import { abortError } from './abort.js'
import { DaffiError } from './errors.js'
import { startTimer, type Timer } from './timer.js'

/** Limits of an operation, in milliseconds. (`WaitOptions` of the library take a `Duration`.) */
export interface Bounds {
  /** Milliseconds; 0 means no limit. @default 0 */
  timeoutMs?: number
  signal?: AbortSignal | undefined
  /** Name of the operation, for error messages: "waiting for process2". */
  what: string
}

/** Watches the timeout and the signal of an operation, until one of them comes or it is ended. */
export class Limits {
  readonly #giveUp: (error: DaffiError) => void
  readonly #timer: Timer | undefined
  readonly #listener: Disposable | undefined

  /**
   * Starts to watch. A signal that has aborted already is reported at once.
   * @param giveUp called with DAFFI_TIMEOUT; or with DAFFI_ABORTED, or the signal's reason if that is a DaffiError
   */
  constructor({ timeoutMs, signal, what }: Bounds, giveUp: (error: DaffiError) => void) {
    this.#giveUp = giveUp
    if (signal?.aborted) {
      giveUp(abortError(signal, what))
      return
    }
    if (timeoutMs) {
      const late = (): void =>
        this.#reach(new DaffiError('DAFFI_TIMEOUT', `${what}: nothing after ${formatMs(timeoutMs)}`))
      this.#timer = startTimer(timeoutMs, late)
    }
    if (signal) this.#listener = addAbortListener(signal, () => this.#reach(abortError(signal, what)))
  }

  end(): void {
    this.#timer?.cancel()
    this.#listener?.[Symbol.dispose]()
  }

  #reach(error: DaffiError): void {
    this.end()
    this.#giveUp(error)
  }
}

/**
 * Settles as `promise` does, unless the timeout or the signal comes first. Timer and listener are removed when it
 * settles; the promise itself is not cancelled.
 * @throws DaffiError DAFFI_TIMEOUT; DAFFI_ABORTED, or the signal's reason if that is a DaffiError
 */
export function bounded<T>(promise: Promise<T>, bounds: Bounds): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const limits = new Limits(bounds, reject)
    const fail = (error: Error): void => {
      limits.end()
      reject(error)
    }
    promise.then((value) => {
      limits.end()
      resolve(value)
    }, fail)
  })
}

/** Waits one after the other that a signal ends: with one listener for all of them, since one for each would be expensive. */
export class AbortableWaits {
  readonly #listener: Disposable
  #interrupt: (error: DaffiError) => void = () => undefined

  /** @param what name of the operation, for error messages */
  constructor(
    private readonly signal: AbortSignal,
    private readonly what: string,
  ) {
    this.#listener = addAbortListener(signal, () => this.#interrupt(abortError(signal, what)))
  }

  /**
   * Settles as the promise does, unless the signal comes first.
   * @throws DaffiError DAFFI_ABORTED, or the signal's reason if that is a DaffiError
   */
  untilSettled<T>(promise: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.signal.aborted) reject(abortError(this.signal, this.what))
      this.#interrupt = reject
      promise.then(resolve, reject)
    })
  }

  close(): void {
    this.#listener[Symbol.dispose]()
  }
}

/** Milliseconds for people: `250 ms`, `1.5 s`. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}
