import { setText, within } from '../dom/elements.js'
import { logIn } from '../token.js'

/** The form that asks for the password, where a viewer has one and this page has neither a token nor a cookie. */
export class LoginView {
  readonly #root: HTMLElement
  readonly #field: HTMLInputElement
  readonly #why: HTMLElement

  constructor(root: HTMLElement) {
    this.#root = root
    this.#field = within(root, 'input', HTMLInputElement)
    this.#why = within(root, '.why', HTMLElement)
    within(root, 'form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#enter()
    })
  }

  show(asks: boolean): void {
    if (this.#root.hidden !== asks) return
    this.#root.hidden = !asks
    if (asks) this.#field.focus()
  }

  async #enter(): Promise<void> {
    const refusal = await logIn(this.#field.value)
    if (refusal === undefined) location.reload()
    setText(this.#why, refusal ?? '')
    this.#field.select()
  }
}
