import { EventQueue, type Event } from './event-queue.js'

/** A process, a connection or the server: its events wait while it stands still, and are dropped when it is dead. */
export class Actor {
  readonly #time: SimulatedTime
  /** Reasons for which it stands still. */
  #pauses = 0
  #waiting: Event[] = []
  dead = false

  constructor(time: SimulatedTime) {
    this.#time = time
  }

  pause(): void {
    this.#pauses++
  }

  /** Ends one pause. After the last one all that has waited happens at once, in order, and before what is due only now. */
  resume(): void {
    if (--this.#pauses > 0) return
    for (const event of this.#waiting.splice(0)) this.#time.reschedule(event)
  }

  /** Runs something after so many simulated milliseconds. @returns a function that prevents it */
  after(ms: number, run: () => void): () => void {
    return this.#time.schedule(ms, this, run)
  }

  /** Called by the clock when an event of this actor is due. */
  meet(event: Event): void {
    if (this.dead) return
    if (this.#pauses > 0) this.#waiting.push(event)
    else event.run()
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

  /** Has an event happen that was due while its actor stood still, in the order in which it was. */
  reschedule(event: Event): void {
    this.#events.push(event)
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms
    for (;;) {
      const event = this.#events.popUntil(until)
      if (!event) break
      if (event.cancelled) continue
      this.now = Math.max(this.now, event.at)
      await this.act(event.actor, () => event.actor.meet(event))
    }
    this.now = until
  }

  /** Does something as an actor, and all that follows from it at once. */
  async act(actor: Actor, run: () => void): Promise<void> {
    this.#current = actor
    setPresent(this)
    run()
    await settled()
    setPresent(undefined)
    this.#current = undefined
  }

  /** Sets a timer of the present actor. */
  setTimer(ms: number, run: () => void): () => void {
    if (!this.#current) throw new Error('a timer is set by nobody')
    return this.schedule(ms, this.#current, run)
  }
}

/** Time of the event that is being run; undefined between events. */
let present: SimulatedTime | undefined

const setPresent = (time: SimulatedTime | undefined): void => void (present = time)

export const presentTime = (): SimulatedTime | undefined => present

const realImmediate = globalThis.setImmediate

/** Resolves when all promises that could settle have: Node runs their reactions before the next immediate. */
const settled = (): Promise<void> => new Promise((resolve) => void realImmediate(resolve))
