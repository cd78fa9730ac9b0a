import type { JoinItem, Joining } from '../protocol/ports.js'
import type { Join } from './join.js'

/** Facts about a stream that is a side of a join. */
export interface JoinedStream {
  /** Name of the side. */
  as: string
  /** Name of its source. */
  source: string | null
  isLive: boolean
  /** Matches of a live stream that may wait for the callback. */
  buffer: number
  /** Name of the node that streams. */
  from: string
  /** Aborts when the stream ends for this node. */
  signal: AbortSignal
}

/** Place of one stream in a join. A receiver that is accepted anew leaves it, and takes it again. */
export class SideStream implements Joining {
  readonly facts: JoinedStream
  readonly #join: Join
  /** Number of times that it was left. */
  #left = 0

  constructor(facts: JoinedStream, join: Join) {
    this.facts = facts
    this.#join = join
  }

  /** Whether its items are not counted any more. */
  get hasLeft(): boolean {
    return this.facts.signal.aborted
  }

  add(item: JoinItem): Promise<void> | undefined {
    return this.#join.add(this, item) ? undefined : this.#addLater(item)
  }

  end(): void {
    this.#join.end(this)
  }

  async leave(): Promise<void> {
    this.#left++
    await this.#join.leave(this)
  }

  async #addLater(item: JoinItem): Promise<void> {
    const left = this.#left
    do {
      await this.#join.room()
    } while (left === this.#left && !this.#join.add(this, item))
  }
}
