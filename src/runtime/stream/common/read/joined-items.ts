import type { JoinEnd, JoinItem } from '../../protocol/ports.js'
import type { GatheredItem } from './item-group.js'
import type { ItemOutcomes } from './item-outcomes.js'
import type { OutcomeCounter } from './outcome-counter.js'

/** Item of a stream that waits for those of other streams, or is in the callback with them. */
class WaitingItem implements JoinItem {
  readonly value: unknown
  readonly chunk: GatheredItem['chunk']
  readonly index: number
  readonly bytes: number
  /** Undefined while it waits; `failed` when it is counted already. */
  ended: JoinEnd | 'failed' | undefined
  readonly #item: GatheredItem
  readonly #owner: JoinedItems

  constructor(item: GatheredItem, bytes: number, owner: JoinedItems) {
    this.value = item.value
    this.chunk = item.chunk
    this.index = item.index
    this.bytes = bytes
    this.#item = item
    this.#owner = owner
  }

  get position(): number {
    return this.#item.position
  }

  get retries(): boolean {
    return this.#owner.outcomes.retries
  }

  begin(): void {
    this.#owner.counter.measure(this.chunk.time)
  }

  end(how: JoinEnd): void {
    this.ended = how
    this.#owner.release()
  }

  async attempt(failure: unknown, attempt: () => unknown): Promise<unknown> {
    return await this.#owner.outcomes.attempt(failure, attempt)
  }

  async fail(error: unknown, isLogged: boolean): Promise<void> {
    const { outcomes } = this.#owner
    const { isAttached } = outcomes
    if (!this.#owner.has(this)) return
    if (isAttached || !outcomes.retries) await outcomes.giveUp([this.#item], error, isLogged)
    // Else it waits for ever: a durable stream delivers it again.
    if (!isAttached) return
    this.ended = 'failed'
    this.#owner.release()
  }
}

/** Items of one stream that wait for those of other streams, until each is ended; they are counted in order. */
export class JoinedItems {
  readonly counter: OutcomeCounter
  readonly outcomes: ItemOutcomes
  readonly #onEnded: () => void
  #items: WaitingItem[] = []
  #end = 0

  /** @param onEnded called when the first items have ended */
  constructor(counter: OutcomeCounter, outcomes: ItemOutcomes, onEnded: () => void) {
    this.counter = counter
    this.outcomes = outcomes
    this.#onEnded = onEnded
  }

  /** Number of the first item that has not ended; undefined when all have. */
  get first(): number | undefined {
    return this.#items[0]?.position
  }

  /** Number after the last item so far. */
  get end(): number {
    return this.#end
  }

  add(item: GatheredItem, bytes: number): JoinItem {
    const waiting = new WaitingItem(item, bytes, this)
    this.#items.push(waiting)
    this.#end = item.position + 1
    return waiting
  }

  has(item: WaitingItem): boolean {
    return this.#items.includes(item)
  }

  /** Counts the first items that have ended: one that was dropped from a queue may end before those in the callback. */
  release(): void {
    let count = 0
    for (const { position, ended } of this.#items) {
      if (ended === undefined) break
      count++
      if (ended === 'failed') continue
      this.counter.begin(position)
      if (ended === 'dropped') this.counter.pass(position + 1)
      else this.counter.end(ended)
    }
    if (count === 0) return
    this.#items.splice(0, count)
    this.#onEnded()
  }

  /** Drops all items; those that have not ended are not counted. */
  drop(): void {
    this.#items = []
  }
}
