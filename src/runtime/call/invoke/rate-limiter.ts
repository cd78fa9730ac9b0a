import { setMaxListeners } from 'node:events'
import type { RateLimit } from '../../core/plan/callback-options.js'
import { formatRate } from '../../core/stream/rate.js'
import { keyReader, keyText } from '../../core/stream/key-path.js'
import { startTimer, type Timer } from '../../core/timer.js'
import type { Abort } from '../api/context.js'

/** Number of keys from which on those are forgotten that nothing has begun under for a while. */
const SWEEP_KEYS = 1024

/** Something that waits for its turn. */
interface Waiting {
  begin: () => void
}

/** The latest beginnings under one key, and what waits there. */
interface Window {
  /** Times of the latest beginnings, at most as many as the limit, the next to be replaced at `oldest`. */
  begun: number[]
  oldest: number
  waiting: Set<Waiting>
  timer: Timer | undefined
}

/** Delays what begins so that in any span of the limit's length no more begins than it allows, in the order in which it came. */
export class RateLimiter {
  readonly text: string
  readonly #rate: RateLimit
  readonly #keyOf: ((value: unknown) => unknown) | undefined
  readonly #windows = new Map<string, Window>()
  #sweepAt = SWEEP_KEYS

  constructor(rate: RateLimit) {
    this.#rate = rate
    this.text = formatRate(rate)
    if (rate.by !== undefined) this.#keyOf = keyReader(rate.by)
  }

  /** Whether this one does for the given limit, too. */
  isFor({ limit, perMs, by }: RateLimit): boolean {
    return limit === this.#rate.limit && perMs === this.#rate.perMs && by === this.#rate.by
  }

  /** Whether what comes next would have to wait, whatever it is. */
  get isBusy(): boolean {
    return this.#keyOf === undefined && this.#mustWait(this.#window(''))
  }

  /**
   * Begins something at once, or in its turn.
   * @param value in which its key is; what has no key is under one of its own
   * @param onWait called when it must wait
   * @returns what `begin` returns, or a promise of it, which rejects when it is given up before
   */
  run(value: unknown, abort: Abort, begin: () => unknown, onWait?: (rate: string) => void): unknown {
    const window = this.#window(this.#keyOf ? (keyText(keyIn(this.#keyOf, value)) ?? '') : '')
    if (!this.#mustWait(window)) {
      this.#note(window)
      return begin()
    }
    onWait?.(this.text)
    return this.#enter(window, abort.signal, begin)
  }

  #enter(window: Window, signal: AbortSignal, begin: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        window.waiting.delete(waiting)
        if (window.waiting.size === 0) window.timer?.cancel()
        reject(signal.reason as Error)
      }
      const waiting: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', giveUp)
          // Begins now, also where it throws.
          resolve((async () => await begin())())
        },
      }
      if (signal.aborted) {
        giveUp()
        return
      }
      // All items of a stream have one signal.
      setMaxListeners(0, signal)
      signal.addEventListener('abort', giveUp, { once: true })
      window.waiting.add(waiting)
      this.#proceed(window)
    })
  }

  /** Begins what may begin, and comes back when the next may. */
  #proceed(window: Window): void {
    window.timer?.cancel()
    window.timer = undefined
    for (const next of window.waiting) {
      const waitMs = this.#waitMs(window)
      if (waitMs > 0) {
        window.timer = startTimer(Math.ceil(waitMs), () => this.#proceed(window))
        return
      }
      window.waiting.delete(next)
      this.#note(window)
      next.begin()
    }
  }

  #mustWait(window: Window): boolean {
    return window.waiting.size > 0 || this.#waitMs(window) > 0
  }

  /** Time until one more may begin; by the clock of the process, which does not jump. */
  #waitMs({ begun, oldest }: Window): number {
    const { limit, perMs } = this.#rate
    return begun.length < limit ? 0 : (begun[oldest] ?? 0) + perMs - performance.now()
  }

  #note(window: Window): void {
    const { begun, oldest } = window
    const { limit } = this.#rate
    if (begun.length < limit) begun.push(performance.now())
    else {
      begun[oldest] = performance.now()
      window.oldest = (oldest + 1) % limit
    }
  }

  #window(key: string): Window {
    let window = this.#windows.get(key)
    if (!window) {
      if (this.#windows.size >= this.#sweepAt) this.#sweep()
      window = { begun: [], oldest: 0, waiting: new Set(), timer: undefined }
      this.#windows.set(key, window)
    }
    return window
  }

  /** Forgets the keys under which nothing limits what comes next. */
  #sweep(): void {
    const since = performance.now() - this.#rate.perMs
    for (const [key, { begun, oldest, waiting }] of this.#windows) {
      const latest = begun[(oldest + begun.length - 1) % begun.length] ?? 0
      if (waiting.size === 0 && latest < since) this.#windows.delete(key)
    }
    this.#sweepAt = Math.max(SWEEP_KEYS, 2 * this.#windows.size)
  }
}

/** A getter of the user's value may throw: such a value has no key. */
function keyIn(read: (value: unknown) => unknown, value: unknown): unknown {
  try {
    return read(value)
  } catch {
    return undefined
  }
}
