import { RecentMap } from '../../../core/recent-map.js'
import type { Open, OrderedOpen } from '../../protocol/messages.js'
import type { StreamPeers } from '../../protocol/ports.js'
import type { OrderMember } from './order-member.js'
import { SourceOrder } from './source-order.js'

/** Orders that are remembered: more than a node has callbacks. */
const MAX_ORDERS = 1000

interface KnownOrder {
  order: SourceOrder
  /** Options of the writer that came last. */
  asked: OrderedOpen
}

/**
 * Orders of the results that come to this node: one for each of its callbacks, and callback whose results they are. A node that
 * has the latter may get items before its stream of results is here, so it is waited for from the time when it is known.
 */
export class SourceOrders {
  readonly #orders = new RecentMap<string, KnownOrder>(MAX_ORDERS)
  readonly #peers: StreamPeers
  readonly #unwatch: (() => void)[]

  constructor(peers: StreamPeers) {
    this.#peers = peers
    this.#unwatch = [
      peers.onJoin(({ callbacks, ...peer }) => {
        for (const { order, asked } of this.#orders.values())
          if (Object.hasOwn(callbacks, asked.of)) order.expect(asked, peer)
      }),
      peers.onLeave((peer) => {
        for (const { order } of this.#orders.values()) order.onGone(peer)
      }),
    ]
  }

  /** Gives the function by which a stream takes part in its order; undefined when it has none. */
  of({ call, order: asked, durable, from: name, incarnation }: Open): (() => OrderMember) | undefined {
    if (!asked) return undefined
    const key = `${call} ${asked.of}`
    return () => {
      const { order } = this.#orders.get(key) ?? { order: new SourceOrder() }
      this.#orders.set(key, { order, asked })
      const member = order.join(asked, { name, incarnation, returns: durable !== undefined })
      for (const peer of this.#peers.offering(asked.of)) order.expect(asked, peer)
      return member
    }
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch()
  }
}
