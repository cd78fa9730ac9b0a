import type { Card, Edge, Graph } from './graph.js'

/**
 * Finds the depth of each card: the longest way to it from a card that nothing leads to. Where edges lead in a circle, one of them is
 * left out: that of a call rather than that of a stream.
 */
export function depthsOf({ cards, edges }: Graph): Map<string, number> {
  const places = new Map(unrolled(cards, edges).map((id, place) => [id, place]))
  const placeOf = (id: string): number => places.get(id) ?? 0
  // A node that nothing leads to is placed with the other nodes, not with the sources.
  const ofNodes = cards.some(({ kind }) => kind === 'source') ? 1 : 0
  const depths = new Map(cards.map(({ id, kind }) => [id, kind === 'source' ? 0 : ofNodes]))
  const forward = edges
    .filter(({ from, to }) => placeOf(from) < placeOf(to))
    .sort((a, b) => placeOf(a.from) - placeOf(b.from))
  for (const { from, to } of forward)
    depths.set(to, Math.max(depths.get(to) ?? 0, (depths.get(from) ?? 0) + 1))
  return depths
}

/**
 * The cards in an order in which the edges of streams lead forward, but for one of each circle. Edges of calls decide only about
 * cards that no stream leads to.
 */
function unrolled(cards: readonly Card[], edges: readonly Edge[]): string[] {
  const streams = edges.filter(({ kind }) => kind === 'stream')
  const streamed = new Set(streams.map(({ to }) => to))
  const next = new Map<string, string[]>()
  for (const { from, to, kind } of [...streams, ...edges.filter(({ kind: each }) => each === 'call')])
    if (kind === 'stream' || !streamed.has(to)) next.set(from, [...(next.get(from) ?? []), to])
  const order: string[] = []
  const seen = new Set<string>()
  const visit = (id: string): void => {
    if (seen.has(id)) return
    seen.add(id)
    for (const each of next.get(id) ?? []) visit(each)
    order.push(id)
  }
  const ids = cards.map(({ id }) => id)
  const called = new Set(edges.filter(({ kind }) => kind === 'call').map(({ to }) => to))
  const sending = new Set(streams.map(({ from }) => from))
  // Whoever is visited late comes early in the order: last of all those who only call.
  for (const id of ids) if (sending.has(id) && !streamed.has(id)) visit(id)
  for (const id of ids) if (streamed.has(id)) visit(id)
  for (const id of ids) if (!called.has(id)) visit(id)
  for (const id of ids) visit(id)
  return order.reverse()
}
