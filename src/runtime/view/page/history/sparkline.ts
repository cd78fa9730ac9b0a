import { setText, svgElement } from '../dom/elements.js'
import { SECONDS } from './history.js'

const HEIGHT = 16

/** A small curve of the last minute, beside or under the figure that it is of. */
export class Sparkline {
  readonly root = svgElement('svg')
  readonly #title = svgElement('title')
  readonly #area = svgElement('path')
  readonly #line = svgElement('path')
  readonly #least: number
  readonly #what: string
  readonly #format: (value: number) => string

  /**
   * @param what name of the figure, for those who point at the curve or cannot see it
   * @param least value that has the full height at least, so that small changes look small
   */
  constructor(what: string, least: number, format: (value: number) => string) {
    this.#what = what
    this.#least = least
    this.#format = format
    this.#area.setAttribute('class', 'area')
    this.#line.setAttribute('class', 'curve')
    this.root.setAttribute('class', 'sparkline')
    this.root.setAttribute('viewBox', `0 0 ${SECONDS - 1} ${HEIGHT}`)
    this.root.setAttribute('preserveAspectRatio', 'none')
    this.root.setAttribute('role', 'img')
    this.root.append(this.#title, this.#area, this.#line)
  }

  show(values: readonly (number | null)[]): void {
    const known = values.filter((value) => value !== null)
    this.root.toggleAttribute(
      'hidden',
      known.every((value) => value === 0),
    )
    const [least, most] = [Math.min(...known), Math.max(...known)]
    const range = least === most ? this.#format(most) : `${this.#format(least)} to ${this.#format(most)}`
    setText(this.#title, known.length === 0 ? '' : `${this.#what} in the last minute: ${range}`)
    const top = Math.max(this.#least, most)
    const pieces = piecesOf(values, (value) => HEIGHT - 1 - (value / top) * (HEIGHT - 2))
    this.#line.setAttribute('d', pieces.map(({ line }) => line).join(''))
    this.#area.setAttribute(
      'd',
      pieces.map(({ line, from, to }) => `${line}L${to} ${HEIGHT}L${from} ${HEIGHT}Z`).join(''),
    )
  }
}

/** Lines through the values that are known; the newest one is at the right. */
function piecesOf(
  values: readonly (number | null)[],
  heightOf: (value: number) => number,
): { line: string; from: number; to: number }[] {
  const pieces: { line: string; from: number; to: number }[] = []
  let isOpen = false
  values.forEach((value, index) => {
    const x = SECONDS - values.length + index
    const last = pieces.at(-1)
    if (value !== null) {
      const point = `${x} ${heightOf(value).toFixed(1)}`
      if (isOpen && last) {
        last.line += `L${point}`
        last.to = x
      } else pieces.push({ line: `M${point}`, from: x, to: x })
    }
    isOpen = value !== null
  })
  return pieces
}
