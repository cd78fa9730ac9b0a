import { depthsOf } from './depths.js'
import { merged, type Card, type Edge, type Graph } from './graph.js'

/** Number of cards that stand below one another. Of more, those that are joined to the same others are in a box. */
const MAX_IN_COLUMN = 5
/** Number of cards and boxes that stand below one another. More cards are all in one box. */
const MAX_SLOTS = 8
/** Times that the order in the layers is improved, from left to right and back. */
const SWEEPS = 4

/** A place in a layer: one card, a box of many, or with no card a lane, through which lines pass the cards of the layer. */
export interface Slot {
  id: string
  cards: Card[]
}

/** The way of an edge: from its first slot through lanes to its last one. */
export interface Route extends Omit<Edge, 'from' | 'to'> {
  slots: string[]
  /** `forward`: to a later layer; `back`: to an earlier one; `beside`: to the same one. */
  direction: 'forward' | 'back' | 'beside'
}

export interface Layout {
  /** Slots of each layer, in their order; what gets something stands in a later layer than what gives it, but in circles. */
  layers: Slot[][]
  routes: Route[]
}

/** Lays a graph out so that its lines cross each other little, and its cards not at all. */
export function layoutOf(graph: Graph): Layout {
  const layers = slotLayers(graph)
  const slotOf = new Map<string, { id: string; layer: number }>()
  layers.forEach((slots, layer) => {
    for (const { id, cards } of slots) for (const card of cards) slotOf.set(card.id, { id, layer })
  })
  const links = merged(
    graph.edges.flatMap((edge) => {
      const [from, to] = [slotOf.get(edge.from), slotOf.get(edge.to)]
      return from && to ? [{ ...edge, from: from.id, to: to.id }] : []
    }),
  )
  const layerOf = new Map([...slotOf.values()].map(({ id, layer }) => [id, layer]))
  const routes = links.map((link) => routeOf(link, layers, layerOf))
  arrange(layers, routes)
  return { layers, routes }
}

function slotLayers(graph: Graph): Slot[][] {
  const depths = depthsOf(graph)
  const columns: Card[][] = []
  for (const card of graph.cards) (columns[depths.get(card.id) ?? 0] ??= []).push(card)
  const joined = joinedTo(graph.edges)
  return columns.filter((cards) => cards.length > 0).map((cards, index) => slotsOf(cards, joined, index))
}

function slotsOf(cards: Card[], joined: ReadonlyMap<string, string>, layer: number): Slot[] {
  const single = (card: Card): Slot => ({ id: card.id, cards: [card] })
  if (cards.length <= MAX_IN_COLUMN) return cards.map(single)
  const alike = new Map<string, Card[]>()
  for (const card of cards) {
    const key = joined.get(card.id) ?? ''
    alike.set(key, [...(alike.get(key) ?? []), card])
  }
  const slots = [...alike.values()].flatMap((each) =>
    each.length > 2 ? [{ id: `box of ${each[0]?.id}`, cards: each }] : each.map(single),
  )
  return slots.length > MAX_SLOTS ? [{ id: `box ${layer}`, cards }] : slots
}

/** Finds the cards that each card is joined to, as a text. */
function joinedTo(edges: readonly Edge[]): Map<string, string> {
  const others = new Map<string, string[]>()
  const add = (id: string, other: string): void => {
    others.set(id, [...(others.get(id) ?? []), other])
  }
  for (const { from, to, kind } of edges) {
    if (from === to) continue
    add(from, `${kind} to ${to}`)
    add(to, `${kind} from ${from}`)
  }
  return new Map([...others].map(([id, list]) => [id, list.sort().join()]))
}

/** Finds the way of a link, and adds the lanes that it needs. Links from one slot share theirs. */
function routeOf(
  { from, to, kind, state }: Edge,
  layers: Slot[][],
  layerOf: ReadonlyMap<string, number>,
): Route {
  const [first, last] = [layerOf.get(from) ?? 0, layerOf.get(to) ?? 0]
  const direction = last > first ? 'forward' : last < first ? 'back' : 'beside'
  const step = last > first ? 1 : -1
  const lanes: string[] = []
  for (let layer = first + step; layer !== last && direction !== 'beside'; layer += step) {
    const id = `lane ${kind} ${direction} ${layer} ${from}`
    if (!layers[layer]?.some((slot) => slot.id === id)) layers[layer]?.push({ id, cards: [] })
    lanes.push(id)
  }
  return { kind, state, direction, slots: [from, ...lanes, to] }
}

/** Orders the slots of each layer by the places of those that they are joined to, so that lines cross little. */
function arrange(layers: Slot[][], routes: readonly Route[]): void {
  const joined = new Map<string, Set<string>>()
  for (const { slots } of routes)
    for (const [index, slot] of slots.entries()) {
      const near = joined.get(slot) ?? new Set()
      joined.set(slot, near)
      for (const each of [slots[index - 1], slots[index + 1]]) if (each !== undefined) near.add(each)
    }
  const orderBy = (layer: number, beside: number): void => {
    const places = placesOf(layers[beside])
    const own = placesOf(layers[layer])
    const wanted = new Map(
      layers[layer]?.map(({ id }) => {
        const near = [...(joined.get(id) ?? [])].flatMap((each) => places.get(each) ?? [])
        return [id, near.length > 0 ? near.reduce((sum, each) => sum + each) / near.length : own.get(id)]
      }),
    )
    layers[layer]?.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0))
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let layer = 1; layer < layers.length; layer++) orderBy(layer, layer - 1)
    // The last one is from left to right, as one reads.
    if (sweep < SWEEPS - 1) for (let layer = layers.length - 2; layer >= 0; layer--) orderBy(layer, layer + 1)
  }
}

/** Places of slots in their layer, from 0 to 1. */
function placesOf(slots: readonly Slot[] = []): Map<string, number> {
  return new Map(slots.map(({ id }, index) => [id, (index + 0.5) / slots.length]))
}
