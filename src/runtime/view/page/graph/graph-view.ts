import type { Snapshot } from '../../board/snapshot.js'
import { element, within } from '../dom/elements.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import type { History } from '../history/history.js'
import { EdgesView } from '../lines/edges-view.js'
import { pipelineGraph, type Card } from './graph.js'
import { layoutOf, type Slot } from './layout.js'
import { makeNodeCard } from './node-card.js'
import { makeSourceCard } from './source-card.js'

/** The pipeline as cards in layers, with lines between them. */
export class GraphView {
  readonly #root: HTMLElement
  readonly #edges: EdgesView
  readonly #layers: KeyedList<Slot[]>

  constructor(root: HTMLElement, history: History) {
    this.#root = root
    const makeCard = (card: Card): KeyedElement<Card> =>
      card.kind === 'source' ? makeSourceCard(history) : makeNodeCard(history)
    const layers = within(root, '.layers', HTMLElement)
    this.#edges = new EdgesView(layers, within(root, '.edges', SVGSVGElement))
    this.#layers = new KeyedList(layers, () => makeLayer(makeCard))
    new ResizeObserver(() => this.#edges.draw()).observe(layers)
  }

  show(snapshot: Snapshot): void {
    const layout = layoutOf(pipelineGraph(snapshot))
    const { layers } = layout
    this.#root.style.setProperty('--columns', String(layers.length))
    this.#layers.show(layers, (layer) => String(layers.indexOf(layer)))
    this.#edges.show(layout)
  }
}

type MakeCard = (card: Card) => KeyedElement<Card>

function makeLayer(makeCard: MakeCard): KeyedElement<Slot[]> {
  const root = element('ul', 'layer')
  const slots = new KeyedList<Slot>(root, ({ cards }) =>
    cards.length === 0 ? makeLane() : makeCards(makeCard, cards.length > 1),
  )
  return {
    root,
    update: (layer) => slots.show(layer, ({ id }) => id),
  }
}

function makeLane(): KeyedElement<Slot> {
  const root = element('li', 'lane')
  root.setAttribute('aria-hidden', 'true')
  return { root, update: ({ id }) => (root.dataset.slot = id) }
}

/** A card, or a box with many. */
function makeCards(makeCard: MakeCard, isBox: boolean): KeyedElement<Slot> {
  const root = element('li')
  const list = isBox ? root.appendChild(element('div', 'many')) : root
  const cards = new KeyedList<Card>(list, makeCard)
  return {
    root,
    update: (slot) => {
      root.dataset.slot = slot.id
      cards.show(slot.cards, ({ id }) => id)
    },
  }
}
