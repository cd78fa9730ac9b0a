import type { Origin } from '../../core/stream/origin.js'
import type { StageCounts } from '../../core/plan/summary.js'
import { feed, PushedItems } from '../../stream/index.js'
import type { Abort } from '../api/context.js'
import { IncomingStreams } from './incoming-streams.js'
import { DoneItems } from './stage-marks.js'
import { isYielding, thrownBy } from './yielding.js'

/** Item that a stage has in hand. */
export interface ItemInHand {
  origin: Origin
  /** Name and epoch of a durable stream, and the item's number in it. */
  durable: { stream: string; item: number } | undefined
  /** Results that this attempt with the item, and earlier ones, have pushed. */
  given: number
}

/**
 * Stage of a pipeline: a callback whose results are streamed on. An item counts as processed when all outgoing streams have
 * taken its results, so that they hold back the incoming ones.
 */
export class Stage {
  /** Streams of the results. One that is not open yet, or is made again, holds the items back. */
  readonly #outgoing = new Set<PushedItems>()
  /** Streams of the results that end with the incoming streams. */
  readonly #following = new Set<PushedItems>()
  /** How far the stage is, for streams that put results of several stages in order. */
  readonly done = new DoneItems(
    (marks) => {
      for (const items of this.#outgoing) if (items.hasOrder) items.mark(marks)
    },
    () => this.hasOrder,
  )
  /** Whether a stream of the results is told how far the stage is. */
  hasOrder = false
  /** Streams that come to the stage. When all have ended, those of its results end that follow them. */
  readonly incoming = new IncomingStreams(() => {
    for (const items of this.#following) items.end()
  })
  #gave = 0
  #filtered = 0
  #failed = 0
  #out = 0

  /** Adds a stream of the results. @param follows whether it ends when all incoming streams have ended */
  add(items: PushedItems, follows: boolean): void {
    this.#outgoing.add(items)
    this.hasOrder ||= items.hasOrder
    if (follows) this.#following.add(items)
    // A stage to which nothing comes says so, too: nobody has to wait for it.
    this.done.onChange()
  }

  /** Whether results go anywhere. */
  get isOpen(): boolean {
    for (const items of this.#outgoing) {
      if (!items.ended) return true
      this.#outgoing.delete(items)
      this.#following.delete(items)
    }
    return false
  }

  get counts(): StageCounts {
    const [gave, filtered, failed] = [this.#gave, this.#filtered, this.#failed]
    return { in: gave + filtered + failed, gave, filtered, failed, out: this.#out }
  }

  /**
   * Streams on what the callback has returned for an item: nothing for `undefined`, each item of a generator, else the value.
   * @returns a promise that resolves when the results are taken; undefined when they have been
   */
  take(value: unknown, item: ItemInHand, abort: Abort): Promise<void> | undefined {
    if (isYielding(value)) return this.#takeAll(value, item, abort)
    if (value === undefined) {
      this.#filtered++
      return undefined
    }
    const held = this.#push(value, item, 0)
    if (held)
      return held.then(() => {
        this.#gave++
      })
    this.#gave++
    return undefined
  }

  /** Resolves when what was taken is stored by the outgoing streams that are durable. */
  async stored(): Promise<void> {
    await Promise.all([...this.#outgoing].map((items) => items.stored()))
  }

  onFailed(): void {
    this.#failed++
  }

  async #takeAll(values: Parameters<typeof feed>[0], item: ItemInHand, { signal }: Abort): Promise<void> {
    let results = 0
    const accept = (value: unknown): Promise<void> | undefined => {
      const result = results++
      // What an attempt that failed has pushed is not pushed again.
      if (result < item.given) return undefined
      const held = this.#push(value, item, result)
      item.given = results
      return held
    }
    try {
      await feed(values, { signal, accept })
    } catch (error) {
      throw thrownBy(error)
    }
    if (results === 0) this.#filtered++
    else this.#gave++
  }

  #push(value: unknown, { origin, durable }: ItemInHand, result: number): Promise<void> | undefined {
    const cause = durable && { ...durable, result }
    let held: Promise<unknown> | undefined
    for (const items of this.#outgoing) {
      if (items.ended) continue
      const taking = items.push(value, origin, cause)
      if (taking) held = held ? Promise.all([held, taking]) : taking
    }
    if (held)
      return held.then(() => {
        this.#out++
      })
    this.#out++
    return undefined
  }
}
