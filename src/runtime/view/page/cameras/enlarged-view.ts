import { byId, setText, within } from '../dom/elements.js'
import type { CamerasView } from './cameras-view.js'

/** One camera enlarged over the rest of the page. Arrow keys switch to the other cameras, Escape closes it. */
export class EnlargedView {
  readonly #dialog = within(document, '#enlarged', HTMLDialogElement)
  readonly #canvas = within(this.#dialog, 'canvas', HTMLCanvasElement)
  #cameras: CamerasView | undefined
  #name = ''

  constructor() {
    within(this.#dialog, '.close', HTMLElement).addEventListener('click', () => this.#dialog.close())
    this.#dialog.addEventListener('close', () => this.#cameras?.showLarge(undefined))
    this.#dialog.addEventListener('click', ({ target }) => {
      if (target === this.#dialog) this.#dialog.close()
    })
    this.#dialog.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowRight') this.#step(1)
      if (key === 'ArrowLeft') this.#step(-1)
    })
  }

  open(name: string, cameras: CamerasView): void {
    this.#cameras = cameras
    this.#show(name)
    if (!this.#dialog.open) this.#dialog.showModal()
  }

  #step(by: number): void {
    const names = this.#cameras?.names ?? []
    const next = names[(names.indexOf(this.#name) + by + names.length) % names.length]
    if (next !== undefined) this.#show(next)
  }

  #show(name: string): void {
    this.#name = name
    setText(byId('enlarged-title'), name)
    this.#canvas.setAttribute('aria-label', `live picture of ${name}`)
    this.#cameras?.showLarge({ name, canvas: this.#canvas })
  }
}
