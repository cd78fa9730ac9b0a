import { DaffiError } from '../../core/errors.js'
import { oneOf } from '../../core/message/forms.js'
import { NODE_ORDERS, sendOrder, type NodeOrderKind } from '../../runs/index.js'
import type { NatsLink } from '../../stream/index.js'
import type { StatusPoller } from '../board/status-poller.js'

const isOrderKind = oneOf(...NODE_ORDERS)

interface NodeOrdersOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
}

/** Gives orders to nodes, each in the run that has it. */
export class NodeOrders {
  readonly #options: NodeOrdersOptions

  constructor(options: NodeOrdersOptions) {
    this.#options = options
  }

  isKind(text: string): text is NodeOrderKind {
    return isOrderKind(text)
  }

  /**
   * Gives an order to a node; it is carried out from now on.
   * @throws DaffiError DAFFI_UNKNOWN_NODE, DAFFI_NO_RUN, and what the run refuses the order with
   */
  async give(order: NodeOrderKind, name: string): Promise<void> {
    const { link, pipeline, poller } = this.#options
    const node = (await poller.poll()).nodes.find((each) => each.name === name)
    if (!node) throw new DaffiError('DAFFI_UNKNOWN_NODE', `there is no node ${name}`)
    if (node.run === null)
      throw new DaffiError('DAFFI_NO_RUN', `no command runs ${name} that takes orders`, {
        next: 'Start it with daffi up.',
      })
    await sendOrder(link.nc, pipeline, node.run, { order, nodes: [name] })
  }
}
