import type { Box, Layer } from '../../boxes/layer.js'
import { svgElement, setText } from '../dom/elements.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'

/** Time after which boxes are taken away when no newer ones have come. */
const VALID_MS = 3000
/** Colours in boxes.css. */
const COLOURS = 6
/** Share of the picture's height above a box that its label needs. */
const ROOM_ABOVE = 0.08
/** Share of the picture's width from which on a label ends where its box does. */
const RIGHT = 0.66

/** A box of a layer, by its number there. */
interface Placed {
  number: number
  box: Box
  layer: Layer
}

interface ShownLayer {
  group: SVGGElement
  list: KeyedList<Placed>
  timer: ReturnType<typeof setTimeout>
}

/** Callbacks whose boxes were shown: each has the same colour in all pictures. */
const callbacks: string[] = []

/** Gives the number of a callback's colour. */
export function colourOf(callback: string): string {
  if (!callbacks.includes(callback)) callbacks.push(callback)
  return String(callbacks.indexOf(callback) % COLOURS)
}

/** The boxes over a picture: those of each callback in a group, in shares of the picture's size, so that they scale with it. */
export class BoxesOverlay {
  readonly #svg: SVGSVGElement
  readonly #layers = new Map<string, ShownLayer>()

  constructor(svg: SVGSVGElement) {
    this.#svg = svg
  }

  /** Names of the callbacks whose boxes are shown. */
  get callbacks(): string[] {
    return [...this.#layers.keys()]
  }

  show(layer: Layer): void {
    const { callback, width, height, boxes } = layer
    const shown = this.#layers.get(callback) ?? this.#make(callback)
    // Nothing of CSS divides lengths: the share of the sides is given to it.
    this.#svg.style.setProperty('--ratio', String(width / height))
    shown.list.show(
      boxes.map((box, number) => ({ number, box, layer })),
      ({ number }) => String(number),
    )
    clearTimeout(shown.timer)
    shown.timer = setTimeout(() => this.#remove(callback), VALID_MS)
  }

  clear(): void {
    for (const callback of this.callbacks) this.#remove(callback)
  }

  #make(callback: string): ShownLayer {
    const group = this.#svg.appendChild(svgElement('g'))
    group.dataset.colour = colourOf(callback)
    const made = { group, list: new KeyedList<Placed>(group, makeBox), timer: setTimeout(() => undefined) }
    this.#layers.set(callback, made)
    return made
  }

  #remove(callback: string): void {
    const shown = this.#layers.get(callback)
    clearTimeout(shown?.timer)
    shown?.group.remove()
    this.#layers.delete(callback)
  }
}

function makeBox(): KeyedElement<Placed> {
  const rectangle = svgElement('rect')
  const label = svgElement('text')
  const root = svgElement('g')
  root.append(rectangle, label)
  return {
    root,
    update: ({ box, layer: { width, height, callback } }) => {
      const [left, top] = [box.x / width, box.y / height]
      set(rectangle, { x: left, y: top, width: box.width / width, height: box.height / height })
      const atRight = left > RIGHT
      set(label, { x: atRight ? left + box.width / width : left, y: top })
      label.setAttribute('text-anchor', atRight ? 'end' : 'start')
      label.setAttribute('dy', top > ROOM_ABOVE ? '-0.4em' : '1.2em')
      const score = box.score === null ? '' : ` ${Math.round(100 * box.score)} %`
      setText(label, `${box.label || callback}${score}`)
    },
  }
}

/** Sets attributes to shares of the picture's size. */
function set(target: SVGElement, shares: Record<string, number>): void {
  for (const [name, share] of Object.entries(shares))
    target.setAttribute(name, `${(100 * share).toFixed(3)}%`)
}
