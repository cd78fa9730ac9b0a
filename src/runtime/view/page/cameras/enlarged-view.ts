import { byId, setText, within } from '../dom/elements.js'
import { BoxesOverlay } from './boxes-overlay.js'
import type { CamerasView, Screen } from './cameras-view.js'

/** One camera enlarged over the rest of the page. Arrow keys switch to the other cameras, Escape closes it. */
export class EnlargedView {
  readonly #dialog = within(document, '#enlarged', HTMLDialogElement)
  readonly #screen: Screen = {
    canvas: within(this.#dialog, 'canvas', HTMLCanvasElement),
    overlay: new BoxesOverlay(within(this.#dialog, '.boxes', SVGSVGElement)),
  }
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
    this.#screen.canvas.setAttribute('aria-label', `live picture of ${name}`)
    this.#cameras?.showLarge({ name, ...this.#screen })
  }
}
