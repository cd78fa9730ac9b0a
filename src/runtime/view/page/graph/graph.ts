import type { CallView, NodeView, Snapshot, SourceView, StreamView } from '../../board/snapshot.js'

/** A card of the graph: a source or a node. */
export type Card =
  | { id: string; kind: 'source'; source: SourceView; streams: StreamView[]; calls: CallView[] }
  | { id: string; kind: 'node'; node: NodeView; sends: Sending[]; receives: Receiving[] }

/** A call that a node makes, and the stream that it writes, if any. */
export interface Sending {
  call: CallView
  stream: StreamView | undefined
}

/** A stream that a node receives. */
export interface Receiving {
  stream: StreamView
  receiver: StreamView['receivers'][number]
}

export interface Edge {
  id: string
  from: string
  to: string
  /** `flowing`: items are sent; `troubled`: an error interrupts them; `idle`: nothing is sent at the moment. */
  state: 'flowing' | 'troubled' | 'idle'
}

export interface Graph {
  /** Columns of cards; a receiver is to the right of its sender. */
  layers: Card[][]
  edges: Edge[]
}

const nodeId = (name: string): string => `node ${name}`
const sourceId = (name: string): string => `source ${name}`

export function pipelineGraph(snapshot: Pick<Snapshot, 'sources' | 'nodes' | 'calls' | 'streams'>): Graph {
  const edges = unique([...sourceEdges(snapshot), ...callEdges(snapshot), ...streamEdges(snapshot)])
  const cards = [...sourceCards(snapshot), ...nodeCards(snapshot)]
  const depths = depthsOf(cards, edges)
  const layers = cards.reduce<Card[][]>((all, card) => {
    ;(all[depths.get(card.id) ?? 0] ??= []).push(card)
    return all
  }, [])
  return { layers: layers.filter((layer) => layer.length > 0), edges }
}

function sourceCards({ sources, streams, calls }: Pick<Snapshot, 'sources' | 'streams' | 'calls'>): Card[] {
  return sources.map((source) => ({
    id: sourceId(source.name),
    kind: 'source',
    source,
    streams: streams.filter((stream) => stream.source === source.name),
    calls: calls.filter((call) => call.source === source.name),
  }))
}

function nodeCards({ nodes, streams, calls }: Pick<Snapshot, 'nodes' | 'streams' | 'calls'>): Card[] {
  return nodes.map((node) => ({
    id: nodeId(node.name),
    kind: 'node',
    node,
    sends: calls
      .filter((call) => call.node === node.name)
      .map((call) => ({ call, stream: streams.find((stream) => isOf(stream, call)) })),
    receives: streams.flatMap((stream) =>
      stream.receivers.flatMap((receiver) => (receiver.name === node.name ? [{ stream, receiver }] : [])),
    ),
  }))
}

function sourceEdges({ calls, streams }: Pick<Snapshot, 'calls' | 'streams'>): Edge[] {
  return calls.flatMap((call) => {
    if (call.source === null) return []
    const stream = streams.find((each) => isOf(each, call))
    const state = call.state === 'broken' ? 'troubled' : stream?.state === 'running' ? 'flowing' : 'idle'
    return [edge(sourceId(call.source), nodeId(call.node), state)]
  })
}

/** Edges from a node to the nodes that its calls may reach, according to the pipeline file. */
function callEdges({ calls, nodes }: Pick<Snapshot, 'calls' | 'nodes'>): Edge[] {
  return calls.flatMap(({ node, call, to }) =>
    nodes
      .filter(
        ({ name, callbacks }) => (to === null ? callbacks.includes(call) : name === to) && name !== node,
      )
      .map(({ name }) => edge(nodeId(node), nodeId(name), 'idle')),
  )
}

function streamEdges({ streams }: Pick<Snapshot, 'streams'>): Edge[] {
  return streams.flatMap((stream) =>
    stream.receivers
      .filter(({ name }) => name !== stream.from)
      .map((receiver) => edge(nodeId(stream.from), nodeId(receiver.name), stateOf(stream, receiver))),
  )
}

function stateOf(stream: StreamView, receiver: Receiving['receiver']): Edge['state'] {
  if (stream.state === 'ended' || receiver.state !== 'attached') return receiver.error ? 'troubled' : 'idle'
  return 'flowing'
}

const edge = (from: string, to: string, state: Edge['state']): Edge => ({
  id: `${from} > ${to}`,
  from,
  to,
  state,
})

/** Leaves one edge between two cards. The last one wins: an observed stream, over the call in the file. */
function unique(edges: Edge[]): Edge[] {
  return [...new Map(edges.map((each) => [each.id, each])).values()]
}

export function isOf(stream: StreamView, call: CallView): boolean {
  return (
    stream.from === call.node &&
    stream.call === call.call &&
    stream.source === call.source &&
    stream.resultsOf === call.resultsOf &&
    stream.as === call.as &&
    stream.to === call.to
  )
}

/** Finds the longest path to each card from a card without incoming edges. A cycle is cut where a card is met again. */
function depthsOf(cards: Card[], edges: Edge[]): Map<string, number> {
  const depths = new Map<string, number>()
  const depth = (id: string, above: string[]): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    const before = edges.filter((each) => each.to === id && !above.includes(each.from))
    const found = Math.max(-1, ...before.map((each) => depth(each.from, [...above, id]))) + 1
    depths.set(id, found)
    return found
  }
  const anySource = cards.some(({ kind }) => kind === 'source')
  for (const card of cards) {
    // A node without incoming edges is placed with the other nodes, not with the sources.
    if (card.kind === 'node' && anySource && !edges.some(({ to }) => to === card.id)) depths.set(card.id, 1)
  }
  for (const card of cards) depth(card.id, [])
  return depths
}
