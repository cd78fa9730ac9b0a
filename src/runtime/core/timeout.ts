import { addAbortListener } from 'node:events'
import { abortError } from './abort.js'
import { DaffiError } from './errors.js'
import { startTimer, type Timer } from './timer.js'

/** Limits of an operation, in milliseconds. (`WaitOptions` of the library take a `Duration`.) */
export interface Bounds {
  /** Milliseconds; 0 means no limit. @default 0 */
  timeoutMs?: number
  signal?: AbortSignal | undefined
  /** Called with the error when the timeout or the signal comes first. @default none */
  onGivenUp?: (error: DaffiError) => void
  /** Name of the operation, for error messages: "waiting for process2". */
  what: string
}

/**
 * Settles as `promise` does, unless the timeout or the signal comes first. Timer and listener are removed when it
 * settles; the promise itself is not cancelled.
 * @throws DaffiError DAFFI_TIMEOUT; DAFFI_ABORTED, or the signal's reason if that is a DaffiError
 */
export function bounded<T>(promise: Promise<T>, { timeoutMs, signal, onGivenUp, what }: Bounds): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: Timer | undefined
    let listener: Disposable | undefined
    const end = (): void => {
      timer?.cancel()
      listener?.[Symbol.dispose]()
    }
    const fail = (error: Error): void => {
      end()
      reject(error)
    }
    const giveUp = (error: DaffiError): void => {
      fail(error)
      onGivenUp?.(error)
    }
    promise.then((value) => {
      end()
      resolve(value)
    }, fail)
    if (signal?.aborted) {
      giveUp(abortError(signal, what))
      return
    }
    if (timeoutMs) {
      const late = (): void =>
        giveUp(new DaffiError('DAFFI_TIMEOUT', `${what}: nothing after ${formatMs(timeoutMs)}`))
      timer = startTimer(timeoutMs, late)
    }
    if (signal) listener = addAbortListener(signal, () => giveUp(abortError(signal, what)))
  })
}

/** Milliseconds for people: `250 ms`, `1.5 s`. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}
