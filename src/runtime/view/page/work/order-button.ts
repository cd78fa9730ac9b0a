import { element, setText } from '../dom/elements.js'
import { giveOrder, mayControl } from '../token.js'

/** Time for the second click. */
const SURE_MS = 4000

interface OrderButtonOptions {
  about: 'jobs' | 'schedules' | 'letters'
  order: 'cancel' | 'replay' | 'drop'
  /** Gets why an order was refused, and an empty text when it was not. */
  onDone: (refusal: string) => void
}

/** Button that gives an order about the work of a row. What cannot be taken back needs a second click. */
export class OrderButton {
  readonly root: HTMLButtonElement
  readonly #options: OrderButtonOptions
  #name = ''
  #isSure: boolean

  constructor(options: OrderButtonOptions) {
    this.#options = options
    this.#isSure = options.order === 'replay'
    this.root = element('button', '', options.order)
    this.root.type = 'button'
    this.root.addEventListener('click', () => void this.#click())
  }

  show(name: string, isPossible = true): void {
    this.#name = name
    this.root.hidden = !isPossible || !mayControl()
    this.root.setAttribute('aria-label', `${this.root.textContent} ${name}`)
  }

  async #click(): Promise<void> {
    const { about, order, onDone } = this.#options
    if (!this.#isSure) {
      this.#isSure = true
      setText(this.root, `really ${order}?`)
      setTimeout(() => this.#rest(), SURE_MS)
      return
    }
    this.root.disabled = true
    const refusal = await giveOrder(about, this.#name, order)
    this.root.disabled = false
    this.#rest()
    onDone(refusal ?? '')
  }

  #rest(): void {
    const { order } = this.#options
    this.#isSure = order === 'replay'
    setText(this.root, order)
  }
}
