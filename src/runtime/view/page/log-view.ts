import type { LineView, Snapshot } from '../board/snapshot.js'
import { element, within } from './dom/elements.js'
import { formatTime } from './dom/format.js'

/** Number of lines that are kept. */
const MAX_LINES = 500
/** Distance from the end, in pixels, that still counts as the end. */
const NEAR_END = 24
/** Number of colours for names in the style sheet. */
const HUES = 6

/** The last log lines. The view scrolls to new ones while its end is visible. */
export class LogView {
  readonly #box: HTMLElement
  readonly #lines: HTMLElement
  readonly #choice = within(document, '#log-node', HTMLSelectElement)
  #names: string[] = []
  /** Whether the end is visible, and stays so. */
  #atEnd = true

  constructor(root: HTMLElement) {
    this.#box = within(root, '.lines', HTMLElement)
    this.#lines = within(this.#box, 'ol', HTMLElement)
    this.#choice.addEventListener('change', () => {
      for (const line of this.#lines.children) this.#filter(line as HTMLElement)
      this.#toEnd()
    })
    this.#box.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#box
      this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END
    })
    new ResizeObserver(() => this.#atEnd && this.#toEnd()).observe(this.#box)
  }

  show({ nodes, lines }: Snapshot): void {
    for (const { name } of nodes) this.#addName(name)
    if (lines.length === 0) return
    this.#lines.append(...lines.map((line) => this.#make(line)))
    while (this.#lines.children.length > MAX_LINES) this.#lines.firstElementChild?.remove()
    if (this.#atEnd) this.#toEnd()
  }

  #toEnd(): void {
    this.#box.scrollTop = this.#box.scrollHeight
  }

  #addName(name: string): void {
    if (this.#names.includes(name)) return
    this.#names.push(name)
    this.#choice.append(element('option', '', name))
  }

  #make({ time, node, level, text }: LineView): HTMLElement {
    this.#addName(node)
    const name = element('b', '', node)
    name.dataset.hue = String(this.#names.indexOf(node) % HUES)
    const made = element('li', '', element('time', '', formatTime(time)), name, element('span', '', text))
    made.dataset.node = node
    made.dataset.level = level
    this.#filter(made)
    return made
  }

  #filter(line: HTMLElement): void {
    line.hidden = this.#choice.value !== '' && line.dataset.node !== this.#choice.value
  }
}
