import type { NodeView } from '../../board/snapshot.js'
import { element, setText, svgElement } from '../dom/elements.js'
import { mayControl, orderNode } from '../token.js'

const ORDERS = ['restart', 'stop', 'start'] as const
type Order = (typeof ORDERS)[number]

/** Pictures of the orders, on a ground of 16 by 16. */
const ICONS: Record<Order, string> = {
  restart: 'M12.5 8a4.5 4.5 0 1 1-1.4-3.3M12.6 2v3.2H9.4',
  stop: 'M4.5 4.5h7v7h-7Z',
  start: 'M5.5 3.8v8.4L12 8Z',
}

/** Buttons by which the page gives orders to a node; none for who is only to look. */
export class NodeButtons {
  readonly root = element('p', 'orders')
  readonly #buttons: ReadonlyMap<Order, HTMLButtonElement>
  readonly #refusal = element('span', 'why')
  #node: NodeView | undefined
  /** State and number of starts when an order was given: until they change, it is being carried out. */
  #before: string | undefined

  constructor() {
    this.#buttons = new Map(ORDERS.map((order) => [order, this.#button(order)]))
    this.root.append(...this.#buttons.values(), this.#refusal)
    this.#refusal.setAttribute('role', 'status')
  }

  show(node: NodeView): void {
    this.#node = node
    if (this.#before !== undefined && this.#before !== lifeOf(node)) this.#before = undefined
    this.root.hidden = node.run === null || !mayControl()
    const isOver = node.state === 'stopped' || node.state === 'failed'
    for (const [order, button] of this.#buttons) {
      button.hidden = (order === 'start') !== isOver
      button.disabled = this.#before !== undefined
      button.setAttribute('aria-label', `${order} ${node.name}`)
    }
  }

  #button(order: Order): HTMLButtonElement {
    const icon = svgElement('svg')
    icon.setAttribute('viewBox', '0 0 16 16')
    icon.setAttribute('aria-hidden', 'true')
    const path = icon.appendChild(svgElement('path'))
    path.setAttribute('d', ICONS[order])
    const button = element('button', '', icon)
    button.type = 'button'
    button.title = order
    button.addEventListener('click', () => void this.#give(order))
    return button
  }

  async #give(order: Order): Promise<void> {
    if (!this.#node) return
    this.#before = lifeOf(this.#node)
    this.show(this.#node)
    const refusal = await orderNode(this.#node.name, order)
    setText(this.#refusal, refusal ?? '')
    if (refusal !== undefined) this.#before = undefined
    this.show(this.#node)
  }
}

const lifeOf = ({ state, restarts }: NodeView): string => `${state} ${restarts}`
