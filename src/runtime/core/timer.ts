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
  return ms > MAX_MS ? new LongTimer(ms, onTime) : new ShortTimer(ms, onTime)
}

class ShortTimer implements Timer {
  readonly #timer: NodeJS.Timeout

  constructor(ms: number, onTime: () => void) {
    this.#timer = setTimeout(onTime, ms)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }

  refresh(): void {
    this.#timer.refresh()
  }
}

class LongTimer implements Timer {
  readonly #ms: number
  readonly #onTime: () => void
  #timer: NodeJS.Timeout

  constructor(ms: number, onTime: () => void) {
    this.#ms = ms
    this.#onTime = onTime
    this.#timer = this.#wait(ms)
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }

  refresh(): void {
    this.cancel()
    this.#timer = this.#wait(this.#ms)
  }

  #wait(left: number): NodeJS.Timeout {
    if (left <= MAX_MS) return setTimeout(this.#onTime, left)
    return setTimeout(() => (this.#timer = this.#wait(left - MAX_MS)), MAX_MS)
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
