import type { Snapshot } from '../../board/snapshot.js'
import type { Layer } from '../../boxes/layer.js'
import { element, setText, svgElement, within } from '../dom/elements.js'
import { formatRate } from '../dom/format.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import { camerasOf, type CameraPicture } from './cameras.js'
import { BoxesOverlay, colourOf } from './boxes-overlay.js'
import { BoxesSwitch } from './boxes-switch.js'
import { followPictures, type WantedPictures } from './picture-stream.js'

const GRID_WIDTH = 640
const ENLARGED_WIDTH = 1600

/** Canvas for the pictures of a stream, and the boxes over it. */
export interface Screen {
  canvas: HTMLCanvasElement
  overlay: BoxesOverlay
}

/** The live pictures, as a grid or one of them enlarged. Only pictures that are visible are requested. */
export class CamerasView {
  readonly #root: HTMLElement
  readonly #grid: KeyedList<CameraPicture>
  readonly #enlarge: (name: string) => void
  readonly #visible = new Set<string>()
  readonly #visibility: IntersectionObserver
  readonly #screens = new Map<string, Screen>()
  readonly #boxes = new BoxesSwitch(() => this.#requestPictures())
  #requested = ''
  #request = new AbortController()
  #large: ({ name: string } & Screen) | undefined
  #names: string[] = []

  constructor(root: HTMLElement, enlarge: (name: string) => void) {
    this.#root = root
    this.#enlarge = enlarge
    this.#visibility = new IntersectionObserver((entries) => this.#onVisibility(entries), {
      rootMargin: '100px',
    })
    this.#grid = new KeyedList(within(root, '.cameras', HTMLElement), (camera) => this.#make(camera))
    document.addEventListener('visibilitychange', () => this.#requestPictures())
  }

  show(snapshot: Snapshot): void {
    const cameras = camerasOf(snapshot)
    this.#names = cameras.map(({ stream }) => stream.name)
    this.#root.hidden = cameras.length === 0
    this.#grid.show(cameras, ({ stream }) => stream.name)
    for (const name of this.#screens.keys()) if (!this.#names.includes(name)) this.#screens.delete(name)
    this.#requestPictures()
  }

  /** Names of the cameras, in their order. */
  get names(): readonly string[] {
    return this.#names
  }

  /** Requests only one camera from now on and draws it on that screen; those of the grid again when undefined. */
  showLarge(large: ({ name: string } & Screen) | undefined): void {
    this.#large = large
    this.#requestPictures()
  }

  #make({ stream: { name } }: CameraPicture): KeyedElement<CameraPicture> {
    const canvas = element('canvas')
    const svg = svgElement('svg')
    svg.setAttribute('class', 'boxes')
    svg.setAttribute('aria-hidden', 'true')
    const overlay = new BoxesOverlay(svg)
    this.#screens.set(name, { canvas, overlay })
    canvas.setAttribute('role', 'img')
    canvas.width = 16
    canvas.height = 9
    canvas.dataset.stream = name
    const veil = element('span', 'veil')
    const button = element('button', 'picture screen', canvas, svg, veil)
    button.type = 'button'
    button.addEventListener('click', () => this.#enlarge(name))
    const title = element('strong', '', name)
    const size = element('span', 'quiet')
    const rate = element('span', 'rate')
    const legend = element('ul', 'legend')
    const callbacks = new KeyedList<string>(legend, makeLegend)
    const root = element('li', 'camera', button, element('div', 'caption', title, size, legend, rate))
    this.#visibility.observe(canvas)
    return {
      root,
      update: ({ stream: { frames, rate: fps }, trouble }) => {
        canvas.setAttribute(
          'aria-label',
          `live picture of ${name}${trouble === undefined ? '' : `, ${trouble}`}`,
        )
        button.setAttribute('aria-label', `enlarge ${name}`)
        root.dataset.state = trouble === undefined ? 'live' : 'troubled'
        setText(veil, trouble ?? (canvas.dataset.drawn === undefined ? 'waiting for a picture' : ''))
        setText(size, frames ? `${frames.width} × ${frames.height}` : '')
        setText(rate, trouble === undefined ? formatRate(fps) : '')
        callbacks.show(overlay.callbacks, String)
      },
    }
  }

  #onVisibility(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const { stream = '' } = (target as HTMLElement).dataset
      if (isIntersecting) this.#visible.add(stream)
      else this.#visible.delete(stream)
    }
    this.#requestPictures()
  }

  #requestPictures(): void {
    const wanted = this.#large ? [this.#large.name] : this.#names.filter((name) => this.#visible.has(name))
    const names = document.hidden ? [] : wanted
    const width = this.#large ? ENLARGED_WIDTH : GRID_WIDTH
    const pictures: WantedPictures = { names, width, boxes: this.#boxes.on }
    const requested = JSON.stringify(pictures)
    if (requested === this.#requested) return
    this.#requested = requested
    this.#request.abort()
    this.#request = new AbortController()
    for (const { overlay } of [...this.#screens.values(), ...(this.#large ? [this.#large] : [])])
      overlay.clear()
    if (names.length === 0) return
    const listeners = {
      onPicture: (name: string, picture: ImageBitmap) => this.#draw(name, picture),
      onBoxes: (name: string, layer: Layer) => this.#drawBoxes(name, layer),
    }
    void followPictures(pictures, listeners, this.#request.signal)
  }

  #drawBoxes(name: string, layer: Layer): void {
    this.#boxes.offer()
    const { canvas, overlay } = this.#large ?? this.#screens.get(name) ?? {}
    // Boxes may come before the first picture.
    if (canvas?.dataset.drawn !== undefined) overlay?.show(layer)
  }

  #draw(name: string, picture: ImageBitmap): void {
    const { canvas } = this.#large ?? this.#screens.get(name) ?? {}
    if (!canvas) return
    const { width, height } = picture
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    if (canvas.dataset.drawn === undefined) canvas.parentElement?.querySelector('.veil')?.replaceChildren()
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1)
  }
}

function makeLegend(callback: string): KeyedElement<string> {
  const root = element('li', '', callback)
  root.dataset.colour = colourOf(callback)
  root.title = `boxes that ${callback} returns`
  return { root, update: () => undefined }
}
