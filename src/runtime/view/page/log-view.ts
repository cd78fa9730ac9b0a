import { element, within } from './dom/dom.js'
import { formatTime } from './dom/format.js'
import type { LineView, Snapshot } from '../board/snapshot.js'

const KEPT = 500
/** Pixels from the end at which it still counts as the end. */
const NEAR_END = 24
/** As many colours as the style sheet has for names. */
const HUES = 6

/** The last log lines. New ones are followed for as long as the end is in sight. */
export class LogView {
  readonly #box: HTMLElement
  readonly #lines: HTMLElement
  readonly #choice = within(document, '#log-node', HTMLSelectElement)
  #names: string[] = []

  constructor(root: HTMLElement) {
    this.#box = within(root, '.lines', HTMLElement)
    this.#lines = within(this.#box, 'ol', HTMLElement)
    this.#choice.addEventListener('change', () => {
      for (const line of this.#lines.children) this.#filter(line as HTMLElement)
      this.#box.scrollTop = this.#box.scrollHeight
    })
  }

  show({ nodes, lines }: Snapshot): void {
    for (const { name } of nodes) this.#learn(name)
    if (lines.length === 0) return
    const { scrollHeight, scrollTop, clientHeight } = this.#box
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END
    this.#lines.append(...lines.map((line) => this.#make(line)))
    while (this.#lines.children.length > KEPT) this.#lines.firstElementChild?.remove()
    if (atEnd) this.#box.scrollTop = this.#box.scrollHeight
  }

  #learn(name: string): void {
    if (this.#names.includes(name)) return
    this.#names.push(name)
    this.#choice.append(element('option', '', name))
  }

  #make({ time, node, text }: LineView): HTMLElement {
    this.#learn(node)
    const name = element('b', '', node)
    name.dataset.hue = String(this.#names.indexOf(node) % HUES)
    const made = element('li', '', element('time', '', formatTime(time)), name, element('span', '', text))
    made.dataset.node = node
    this.#filter(made)
    return made
  }

  #filter(line: HTMLElement): void {
    line.hidden = this.#choice.value !== '' && line.dataset.node !== this.#choice.value
  }
}
