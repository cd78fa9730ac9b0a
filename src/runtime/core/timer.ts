/** The longest time that a timer of JavaScript can wait; a longer one would fire at once. */
const MAX_MS = 2 ** 31 - 1

/** A timer that has not fired yet, or has. */
export interface Timer {
  cancel: () => void
  /** Starts the whole time again. */
  refresh: () => void
}

/** Calls a function after a time of any length, such as 30 days, for which `setTimeout` alone is too short. */
export function startTimer(ms: number, onTime: () => void): Timer {
  let timer: NodeJS.Timeout
  const wait = (left: number): void => {
    timer = left > MAX_MS ? setTimeout(() => wait(left - MAX_MS), MAX_MS) : setTimeout(onTime, left)
  }
  wait(ms)
  return {
    cancel: () => clearTimeout(timer),
    refresh: () => {
      if (ms <= MAX_MS) {
        timer.refresh()
        return
      }
      clearTimeout(timer)
      wait(ms)
    },
  }
}

/** Waits for a time of any length. @throws the signal's reason, when it aborts */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      timer.cancel()
      // The reason is whatever the signal's owner gave.
      reject(signal?.reason as Error)
    }
    const timer = startTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
