import { svgElement } from '../dom/elements.js'
import { KeyedList } from '../dom/keyed-list.js'
import { columnLines } from './column-lines.js'
import type { Layout, Route } from '../graph/layout.js'
import type { Box, Line } from './line.js'
import { railLines, railsOf, widthOf } from './rail-lines.js'

/** Where the style sheet has the layers below one another. */
const narrow = matchMedia('(max-width: 900px)')

/** Lines between the cards, at the cards' present places. */
export class EdgesView {
  readonly #root: HTMLElement
  readonly #svg: SVGSVGElement
  readonly #lines: KeyedList<Route & Line>
  #layout: Layout = { layers: [], routes: [] }

  /** @param root what has the cards and the drawing in it */
  constructor(root: HTMLElement, svg: SVGSVGElement) {
    this.#root = root
    this.#svg = svg
    this.#lines = new KeyedList(svg, makeLine)
  }

  show(layout: Layout): void {
    this.#layout = layout
    this.draw()
  }

  draw(): void {
    const { routes } = this.#layout
    const rails = narrow.matches ? railsOf(this.#layout) : undefined
    this.#root.style.setProperty('--rails', `${rails ? widthOf(rails) : 0}px`)
    const boxes = this.#boxes()
    const lines = rails ? railLines(rails, routes, boxes) : columnLines(routes, boxes)
    const drawn = routes.flatMap((route, index) => (lines[index] ? [{ ...route, ...lines[index] }] : []))
    this.#lines.show(drawn, ({ kind, slots }) => `${kind} ${slots[0] ?? ''} > ${slots.at(-1) ?? ''}`)
  }

  #boxes(): Map<string, Box> {
    const origin = this.#svg.getBoundingClientRect()
    const boxes = new Map<string, Box>()
    for (const slot of this.#root.querySelectorAll<HTMLElement>('[data-slot]')) {
      const { left, right, top, bottom } = slot.getBoundingClientRect()
      boxes.set(slot.dataset.slot ?? '', {
        left: left - origin.left,
        right: right - origin.left,
        top: top - origin.top,
        bottom: bottom - origin.top,
      })
    }
    return boxes
  }
}

function makeLine(): { root: Element; update: (line: Route & Line) => void } {
  const [line, head] = [svgElement('path'), svgElement('path')]
  line.setAttribute('class', 'line')
  head.setAttribute('class', 'head')
  const root = svgElement('g')
  root.append(line, head)
  return {
    root,
    update: ({ path, head: triangle, kind, state }) => {
      root.setAttribute('class', `${kind} ${state}`)
      line.setAttribute('d', path)
      head.setAttribute('d', triangle)
    },
  }
}
