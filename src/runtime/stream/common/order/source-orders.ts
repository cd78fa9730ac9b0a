import { RecentMap } from '../../../core/recent-map.js'
import type { Open } from '../../protocol/messages.js'
import { SourceOrder, type OrderMember } from './source-order.js'

/** Orders that are remembered: more than a node has callbacks. */
const MAX_ORDERS = 1000

/** Orders of the results that come to this node: one for each of its callbacks, and callback whose results they are. */
export class SourceOrders {
  readonly #orders = new RecentMap<string, SourceOrder>(MAX_ORDERS)

  /** Gives the function by which a stream takes part in its order; undefined when it has none. */
  of({ call, order, durable, from }: Open): (() => OrderMember) | undefined {
    if (!order) return undefined
    const key = `${call} ${order.of}`
    return () => {
      const found = this.#orders.get(key) ?? new SourceOrder()
      this.#orders.set(key, found)
      return found.join(order, durable && from)
    }
  }
}
