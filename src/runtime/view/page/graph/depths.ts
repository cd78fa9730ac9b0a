import type { Card, Edge, Graph } from './graph.js'

/**
 * Finds the depth of each card: the longest way to it from a card that nothing leads to. In a circle, the edge that leads back to a
 * card on the way is left out; that of a call rather than that of a stream.
 */
export function depthsOf({ cards, edges }: Graph): Map<string, number> {
  const next = outgoing(edges)
  const { order, back } = unrolled(cards, next)
  // A node that nothing leads to is placed with the other nodes, not with the sources.
  const ofNodes = cards.some(({ kind }) => kind === 'source') ? 1 : 0
  const depths = new Map(cards.map(({ id, kind }) => [id, kind === 'source' ? 0 : ofNodes]))
  for (const id of order)
    for (const each of next.get(id) ?? [])
      if (!back.has(each)) depths.set(each.to, Math.max(depths.get(each.to) ?? 0, (depths.get(id) ?? 0) + 1))
  return depths
}

/** Edges by the card that they begin at, those of streams first. */
function outgoing(edges: readonly Edge[]): Map<string, Edge[]> {
  const next = new Map<string, Edge[]>()
  const streamsFirst = [...edges].sort((a, b) => Number(a.kind === 'call') - Number(b.kind === 'call'))
  for (const each of streamsFirst) next.set(each.from, [...(next.get(each.from) ?? []), each])
  return next
}

/** The cards in an order in which all edges lead forward, but for those that lead back. */
function unrolled(
  cards: readonly Card[],
  next: ReadonlyMap<string, Edge[]>,
): { order: string[]; back: Set<Edge> } {
  const reached = new Set(
    [...next.values()].flat().flatMap(({ kind, to }) => (kind === 'stream' ? [to] : [])),
  )
  const ids = cards.map(({ id }) => id)
  const order: string[] = []
  const back = new Set<Edge>()
  const seen = new Map<string, 'open' | 'done'>()
  const visit = (id: string): void => {
    if (seen.has(id)) return
    seen.set(id, 'open')
    for (const each of next.get(id) ?? [])
      if (seen.get(each.to) === 'open') back.add(each)
      else visit(each.to)
    seen.set(id, 'done')
    order.push(id)
  }
  for (const id of ids) if (!reached.has(id)) visit(id)
  for (const id of ids) visit(id)
  return { order: order.reverse(), back }
}
