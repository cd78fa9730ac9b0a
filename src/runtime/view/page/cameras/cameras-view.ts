import { camerasOf, type Camera } from './cameras.js'
import { element, Keeper, setText, within, type Kept } from '../dom/dom.js'
import { formatRate } from '../dom/format.js'
import { followPictures } from './picture-stream.js'
import type { Snapshot } from '../../board/snapshot.js'

const GRID_WIDTH = 640
const ENLARGED_WIDTH = 1600

/** The live pictures: as a grid, and one of them large. Only those that are in sight are asked for. */
export class CamerasView {
  readonly #root: HTMLElement
  readonly #grid: Keeper<Camera>
  readonly #enlarge: (name: string) => void
  readonly #seen = new Set<string>()
  readonly #sight: IntersectionObserver
  #asked = ''
  #asking = new AbortController()
  #large: { name: string; canvas: HTMLCanvasElement } | undefined
  #names: string[] = []

  constructor(root: HTMLElement, enlarge: (name: string) => void) {
    this.#root = root
    this.#enlarge = enlarge
    this.#sight = new IntersectionObserver((entries) => this.#look(entries), { rootMargin: '100px' })
    this.#grid = new Keeper(within(root, '.cameras', HTMLElement), (camera) => this.#make(camera))
    document.addEventListener('visibilitychange', () => this.#ask())
  }

  show(snapshot: Snapshot): void {
    const cameras = camerasOf(snapshot)
    this.#names = cameras.map(({ stream }) => stream.name)
    this.#root.hidden = cameras.length === 0
    this.#grid.show(cameras, ({ stream }) => stream.name)
    this.#ask()
  }

  /** The names of those that are there, in their order. */
  get names(): readonly string[] {
    return this.#names
  }

  /** From now on only this one is asked for, and drawn on that canvas; all of the grid again without one. */
  showLarge(large: { name: string; canvas: HTMLCanvasElement } | undefined): void {
    this.#large = large
    this.#ask()
  }

  #make({ stream: { name } }: Camera): Kept<Camera> {
    const canvas = element('canvas')
    canvas.setAttribute('role', 'img')
    canvas.width = 16
    canvas.height = 9
    canvas.dataset.stream = name
    const veil = element('span', 'veil')
    const button = element('button', 'picture', canvas, veil)
    button.type = 'button'
    button.addEventListener('click', () => this.#enlarge(name))
    const title = element('strong', '', name)
    const size = element('span', 'quiet')
    const rate = element('span', 'rate')
    const root = element('li', 'camera', button, element('div', 'caption', title, size, rate))
    this.#sight.observe(canvas)
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
      },
    }
  }

  #look(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const { stream = '' } = (target as HTMLElement).dataset
      if (isIntersecting) this.#seen.add(stream)
      else this.#seen.delete(stream)
    }
    this.#ask()
  }

  #ask(): void {
    const seen = this.#large ? [this.#large.name] : this.#names.filter((name) => this.#seen.has(name))
    const names = document.hidden ? [] : seen
    const width = this.#large ? ENLARGED_WIDTH : GRID_WIDTH
    const asked = JSON.stringify([width, names])
    if (asked === this.#asked) return
    this.#asked = asked
    this.#asking.abort()
    this.#asking = new AbortController()
    if (names.length > 0)
      void followPictures(names, width, (name, picture) => this.#draw(name, picture), this.#asking.signal)
  }

  #draw(name: string, picture: ImageBitmap): void {
    const canvas =
      this.#large?.canvas ??
      this.#root.querySelector<HTMLCanvasElement>(`canvas[data-stream=${JSON.stringify(name)}]`)
    if (!canvas) return
    const { width, height } = picture
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    if (canvas.dataset.drawn === undefined) canvas.nextElementSibling?.replaceChildren()
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1)
  }
}
