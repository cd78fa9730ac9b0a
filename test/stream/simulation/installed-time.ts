import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import { presentTime, type SimulatedTime } from './simulated-time.js'

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  dateNow: Date.now,
  performanceNow: performance.now.bind(performance),
  signalTimeout: AbortSignal.timeout.bind(AbortSignal),
  delay: timersPromises.setTimeout,
}

/** A timer, with the methods that code of daffi's uses. */
class SimulatedTimer {
  readonly #time: SimulatedTime
  readonly #ms: number
  readonly #run: () => void
  #cancel: () => void

  constructor(time: SimulatedTime, ms: number, run: () => void, repeats: boolean) {
    this.#time = time
    this.#ms = ms
    this.#run = () => {
      if (repeats) this.refresh()
      run()
    }
    this.#cancel = time.setTimer(ms, this.#run)
  }

  cancel(): void {
    this.#cancel()
  }

  refresh(): this {
    this.#cancel()
    this.#cancel = this.#time.setTimer(this.#ms, this.#run)
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

type Callback = (...args: unknown[]) => void

const timer =
  (otherwise: unknown, repeats: boolean) =>
  (run: Callback, ms = 0, ...args: unknown[]): unknown => {
    const time = presentTime()
    if (time) return new SimulatedTimer(time, ms, () => run(...args), repeats)
    return (otherwise as (...all: unknown[]) => unknown)(run, ms, ...args)
  }

const clear =
  (otherwise: (handle: never) => void) =>
  (handle: unknown): void =>
    handle instanceof SimulatedTimer ? handle.cancel() : otherwise(handle as never)

/** Puts the simulated time in the place of the process's own, for everything that runs within a schedule. */
export function installSimulatedTime(): () => void {
  const simulated = {
    setTimeout: timer(real.setTimeout, false),
    setInterval: timer(real.setInterval, true),
    setImmediate: (run: Callback, ...args: unknown[]): unknown => {
      const time = presentTime()
      if (time) return new SimulatedTimer(time, 0, () => run(...args), false)
      return real.setImmediate(run, ...args)
    },
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
    clearImmediate: clear(real.clearImmediate),
  }
  Object.assign(globalThis, simulated)
  const clock = (begin: number, otherwise: () => number) => (): number => {
    const time = presentTime()
    return time ? begin + time.now : otherwise()
  }
  Date.now = clock(EPOCH_MS, real.dateNow)
  performance.now = clock(0, real.performanceNow)
  AbortSignal.timeout = (ms) => (presentTime() ? timeoutSignal(ms) : real.signalTimeout(ms))
  timersPromises.setTimeout = delay as typeof timersPromises.setTimeout
  syncBuiltinESMExports()
  return () => {
    const { dateNow, performanceNow, signalTimeout, delay: realDelay, ...globals } = real
    Object.assign(globalThis, globals)
    Date.now = dateNow
    performance.now = performanceNow
    AbortSignal.timeout = signalTimeout
    timersPromises.setTimeout = realDelay
    syncBuiltinESMExports()
  }
}

/** Begin of the simulated time, in milliseconds since 1970. */
const EPOCH_MS = 1_800_000_000_000

function timeoutSignal(ms: number): AbortSignal {
  const abort = new AbortController()
  setTimeout(() => abort.abort(new DOMException('timeout', 'TimeoutError')), ms)
  return abort.signal
}

async function delay(ms?: number, value?: unknown, options: { signal?: AbortSignal } = {}): Promise<unknown> {
  if (!presentTime()) return real.delay(ms, value, options)
  const { signal } = options
  return new Promise((resolve, reject) => {
    const waiting = setTimeout(() => resolve(value), ms)
    const abort = (): void => {
      clearTimeout(waiting)
      reject(new DOMException('aborted', 'AbortError'))
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
