import { svgElement } from '../dom/elements.js'
import type { Edge } from './graph.js'

/**
 * Draws the lines between the cards at their present positions: from the right side of one card to the left side of the next,
 * or in a narrow window, where cards stand below one another, from the bottom to the top.
 */
export function drawEdges(svg: SVGSVGElement, edges: readonly Edge[]): void {
  const origin = svg.getBoundingClientRect()
  const boxes = new Map(
    [...document.querySelectorAll<HTMLElement>('[data-card]')].map((card) => [
      card.dataset.card,
      // A group of many cards has one line for all of them.
      (card.closest('.many') ?? card).getBoundingClientRect(),
    ]),
  )
  const drawn = new Set<string>()
  const paths = new Map([...svg.children].map((path) => [path.id, path]))
  for (const { id, from, to, state } of edges) {
    const [start, end] = [boxes.get(from), boxes.get(to)]
    const line = start && end && curve(start, end, origin)
    if (line === undefined || drawn.has(line)) continue
    drawn.add(line)
    const path = paths.get(id) ?? svg.appendChild(svgElement('path'))
    paths.delete(id)
    path.id = id
    path.setAttribute('d', line)
    path.setAttribute('class', state)
  }
  for (const path of paths.values()) path.remove()
}

function curve(start: DOMRect, end: DOMRect, origin: DOMRect): string {
  if (end.left >= start.right) {
    const [x1, y1] = [start.right - origin.left, start.top + start.height / 2 - origin.top]
    const [x2, y2] = [end.left - origin.left, end.top + end.height / 2 - origin.top]
    const bend = (x2 - x1) / 2
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
  }
  const down = end.top >= start.top
  const [x1, y1] = [
    start.left + start.width / 2 - origin.left,
    (down ? start.bottom : start.top) - origin.top,
  ]
  const [x2, y2] = [end.left + end.width / 2 - origin.left, (down ? end.top : end.bottom) - origin.top]
  const bend = (y2 - y1) / 2
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`
}
