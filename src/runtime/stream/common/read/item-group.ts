import type { Wakeup } from '../../../core/deferred.js'
import { startTimer, type Timer } from '../../../core/timer.js'
import type { DeliveredChunk, GroupItem, Grouping } from '../../protocol/ports.js'
import type { ItemInHand } from './item-outcomes.js'

/** A chunk as the callback learns of it, with the number of its first item among the receiver's items. */
export type ChunkInHand = DeliveredChunk & { first: number }

/** Item that waits for the others of its group. */
export type GatheredItem = GroupItem & ItemInHand & { chunk: ChunkInHand }

/** Items that are gathered for one invocation of a callback. */
export class ItemGroup {
  readonly #changed: Wakeup
  #items: GatheredItem[] = []
  #timer: Timer | undefined
  #isDue = false
  #end = 0

  /** @param changed notified when the time of the group is over */
  constructor(changed: Wakeup) {
    this.#changed = changed
  }

  /** Adds an item; the first one starts the time for which the group waits for others. */
  add(item: GatheredItem, { items, withinMs }: Grouping): void {
    this.#items.push(item)
    this.#end = item.position + 1
    if (this.#items.length >= items) this.#isDue = true
    else
      this.#timer ??= startTimer(withinMs, () => {
        this.#isDue = true
        this.#changed.notify()
      })
  }

  /** Whether the group is full, or its time is over. */
  get isDue(): boolean {
    return this.#isDue
  }

  /** Number of the first item; undefined when there is none. */
  get first(): number | undefined {
    return this.#items[0]?.position
  }

  /** Number after the last item of all groups so far. */
  get end(): number {
    return this.#end
  }

  /** Gives the items, and begins the next group. */
  take(): GatheredItem[] {
    const items = this.#items
    this.#timer?.cancel()
    this.#timer = undefined
    this.#isDue = false
    this.#items = []
    return items
  }
}
