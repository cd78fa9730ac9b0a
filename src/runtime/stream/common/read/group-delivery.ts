import type { Grouping, TakeResult } from '../../protocol/ports.js'
import type { GatheredItem } from './item-group.js'
import type { ItemOutcomes } from './item-outcomes.js'
import type { OutcomeCounter } from './outcome-counter.js'

/** Items of a group, of which there is one at least. */
export type GatheredItems = readonly [GatheredItem, ...GatheredItem[]]

/**
 * Invokes the callback with a group of items, and counts each by itself: all of them fail when the callback does, and one alone
 * when its result cannot be streamed on.
 */
export class GroupDelivery {
  readonly #counter: OutcomeCounter
  readonly #outcomes: ItemOutcomes

  constructor(counter: OutcomeCounter, outcomes: ItemOutcomes) {
    this.#counter = counter
    this.#outcomes = outcomes
  }

  async deliver(items: GatheredItems, { deliver }: Grouping): Promise<void> {
    for (const { chunk } of items) this.#counter.measure(chunk.time)
    let take = await this.#invoke(items, deliver)
    /** Position in the group of the first item that the results are of. */
    let from = 0
    for (const [at, item] of items.entries()) {
      if (!take) return
      try {
        const held = take(at - from)
        if (held) await held
        this.#counter.begin(item.position)
        this.#counter.end('processed')
      } catch (error) {
        if (!this.#outcomes.retries) {
          if (!this.#outcomes.fail([item], error)) return
          continue
        }
        // Together with those after it, so that the results stay in order.
        const rest = items.slice(at)
        const attempt = async (): Promise<void> => {
          const again = await deliver(rest)
          await again(0)
          take = again
          from = at
        }
        if (await this.#outcomes.retry([item], error, attempt)) this.#outcomes.onRetried(item)
      }
    }
  }

  /** Resolves with what takes the results; with undefined when the items have failed. */
  async #invoke(items: GatheredItems, deliver: Grouping['deliver']): Promise<TakeResult | undefined> {
    let take: TakeResult | undefined
    const attempt = async (): Promise<void> => {
      take = await deliver(items)
    }
    try {
      await attempt()
    } catch (error) {
      if (!this.#outcomes.retries) this.#outcomes.fail(items, error)
      else await this.#outcomes.retry(items, error, attempt)
    }
    return take
  }
}
