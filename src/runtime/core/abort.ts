import { addAbortListener } from 'node:events'
import { DaffiError } from './errors.js'

/** What a wait or a call can be bounded by. */
export interface WaitOptions {
  /** Milliseconds; 0 or absent is without limit. */
  timeoutMs?: number
  signal?: AbortSignal | undefined
  /** What is being waited for, as in "waiting for process2". */
  what: string
}

/**
 * Settles as `promise` does, or rejects first with DAFFI_TIMEOUT or, when the signal aborts,
 * with the signal's reason if that is an error of daffi's own, else DAFFI_ABORTED.
 * Timer and listener are gone when it settles.
 */
export function bounded<T>(promise: Promise<T>, { timeoutMs, signal, what }: WaitOptions): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    let listener: Disposable | undefined
    const end = (): void => {
      clearTimeout(timer)
      listener?.[Symbol.dispose]()
    }
    const fail = (error: Error): void => {
      end()
      reject(error)
    }
    promise.then((value) => {
      end()
      resolve(value)
    }, fail)
    if (signal?.aborted) {
      fail(abortError(signal, what))
      return
    }
    if (timeoutMs) {
      const late = (): void =>
        fail(new DaffiError('DAFFI_TIMEOUT', `${what}: nothing after ${formatMs(timeoutMs)}`))
      timer = setTimeout(late, timeoutMs)
    }
    if (signal) listener = addAbortListener(signal, () => fail(abortError(signal, what)))
  })
}

export function abortError(signal: AbortSignal, what: string): DaffiError {
  if (signal.reason instanceof DaffiError) return signal.reason
  return new DaffiError('DAFFI_ABORTED', `${what}: cancelled`, { cause: signal.reason })
}

export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}
