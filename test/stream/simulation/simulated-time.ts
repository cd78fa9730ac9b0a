import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import { EventQueue, type Event } from './event-queue.js'

/** A process, a connection or the server: its events wait while it stands still, and are dropped when it is dead. */
export class Actor {
  readonly #time: SimulatedTime
  #waiting: (() => void)[] | undefined
  dead = false

  constructor(time: SimulatedTime) {
    this.#time = time
  }

  pause(): void {
    this.#waiting ??= []
  }

  /** Goes on: everything that has waited happens now, in order. */
  resume(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const run of waiting) this.after(0, run)
  }

  get paused(): boolean {
    return this.#waiting !== undefined
  }

  /** Runs something after so many simulated milliseconds. @returns a function that prevents it */
  after(ms: number, run: () => void): () => void {
    return this.#time.schedule(ms, this, run)
  }

  /** Called by the clock when an event of this actor is due. */
  meet(run: () => void): void {
    if (this.dead) return
    if (this.#waiting) this.#waiting.push(run)
    else run()
  }
}

/** Clock of one schedule. While it runs, timers and clocks of the whole process are its own. */
export class SimulatedTime {
  readonly #events = new EventQueue()
  /** Actor whose event is being run: timers that are set meanwhile are its own. */
  #current: Actor | undefined
  now = 0

  schedule(ms: number, actor: Actor, run: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, ms), actor, run, cancelled: false }
    this.#events.push(event)
    return () => (event.cancelled = true)
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms
    for (;;) {
      const event = this.#events.popUntil(until)
      if (!event) break
      if (event.cancelled) continue
      this.now = event.at
      await this.act(event.actor, () => event.actor.meet(event.run))
    }
    this.now = until
  }

  /** Does something as an actor, and all that follows from it at once. */
  async act(actor: Actor, run: () => void): Promise<void> {
    this.#current = actor
    current = this
    run()
    await settled()
    this.#current = undefined
    current = undefined
  }

  /** Sets a timer of the present actor. */
  setTimer(ms: number, run: () => void): () => void {
    if (!this.#current) throw new Error('a timer is set by nobody')
    return this.schedule(ms, this.#current, run)
  }
}

/** Time of the event that is being run; undefined between events. */
let current: SimulatedTime | undefined

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  dateNow: Date.now,
  performanceNow: performance.now,
  signalTimeout: AbortSignal.timeout,
  delay: timersPromises.setTimeout,
}

/** Resolves when all promises that could settle have: Node runs their reactions before the next immediate. */
const settled = (): Promise<void> => new Promise((resolve) => void real.setImmediate(resolve))

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
  (run: Callback, ms = 0, ...args: unknown[]): unknown =>
    current
      ? new SimulatedTimer(current, ms, () => run(...args), repeats)
      : (otherwise as (...all: unknown[]) => unknown)(run, ms, ...args)

const clear =
  (otherwise: (handle: never) => void) =>
  (handle: unknown): void =>
    handle instanceof SimulatedTimer ? handle.cancel() : otherwise(handle as never)

/** Puts the simulated time in the place of the process's own, for everything that runs within a schedule. */
export function installSimulatedTime(): () => void {
  const simulated = {
    setTimeout: timer(real.setTimeout, false),
    setInterval: timer(real.setInterval, true),
    setImmediate: (run: Callback, ...args: unknown[]): unknown =>
      current ? new SimulatedTimer(current, 0, () => run(...args), false) : real.setImmediate(run, ...args),
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
    clearImmediate: clear(real.clearImmediate),
  }
  Object.assign(globalThis, simulated)
  Date.now = () => (current ? EPOCH_MS + current.now : real.dateNow())
  performance.now = () => (current ? current.now : real.performanceNow.call(performance))
  AbortSignal.timeout = (ms) => (current ? timeoutSignal(ms) : real.signalTimeout.call(AbortSignal, ms))
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
  if (!current) return real.delay(ms, value, options)
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
