const KEY = 'boxes'

/** The buttons by which boxes are shown or not. The choice is stored in the browser. */
export class BoxesSwitch {
  readonly #buttons = [...document.querySelectorAll<HTMLButtonElement>('.boxes-switch')]
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
    for (const button of this.#buttons) button.addEventListener('click', () => this.#toggle())
    this.#show(!this.on)
  }

  /** Whether boxes are shown. */
  get on(): boolean {
    return localStorage.getItem(KEY) !== 'off'
  }

  /** Shows the buttons: there are boxes. */
  offer(): void {
    this.#show(true)
  }

  #toggle(): void {
    localStorage.setItem(KEY, this.on ? 'off' : 'on')
    this.#show(true)
    this.#onChange()
  }

  #show(offered: boolean): void {
    for (const button of this.#buttons) {
      button.hidden = !offered
      button.setAttribute('aria-pressed', String(this.on))
    }
  }
}
