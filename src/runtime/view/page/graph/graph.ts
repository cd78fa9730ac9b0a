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
  from: string
  to: string
  /** The things that go along it: items of streams, or calls. */
  kind: 'stream' | 'call'
  /** `flowing`: items are sent; `troubled`: an error interrupts them; `idle`: nothing is sent at the moment. */
  state: 'flowing' | 'troubled' | 'idle'
}

export interface Graph {
  cards: Card[]
  /** One for each two cards, direction and kind. */
  edges: Edge[]
}

type Parts = Pick<Snapshot, 'sources' | 'nodes' | 'calls' | 'streams'>

const nodeId = (name: string): string => `node ${name}`
const sourceId = (name: string): string => `source ${name}`

export function pipelineGraph(snapshot: Parts): Graph {
  return {
    cards: [...sourceCards(snapshot), ...nodeCards(snapshot)],
    edges: merged([
      ...sourceEdges(snapshot),
      ...plannedEdges(snapshot),
      ...streamEdges(snapshot),
      ...madeEdges(snapshot),
    ]),
  }
}

function sourceCards({ sources, streams, calls }: Parts): Card[] {
  return sources.map((source) => ({
    id: sourceId(source.name),
    kind: 'source',
    source,
    streams: streams.filter((stream) => stream.source === source.name),
    calls: calls.filter((call) => call.source === source.name),
  }))
}

function nodeCards({ nodes, streams, calls }: Parts): Card[] {
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

function sourceEdges({ calls, streams }: Parts): Edge[] {
  return calls.flatMap((call): Edge[] => {
    if (call.source === null) return []
    const stream = streams.find((each) => isOf(each, call))
    const state = call.state === 'broken' ? 'troubled' : stream?.state === 'running' ? 'flowing' : 'idle'
    return [{ from: sourceId(call.source), to: nodeId(call.node), kind: 'stream', state }]
  })
}

/** Edges from a node to the nodes that its calls may reach, according to the pipeline file. */
function plannedEdges({ calls, nodes }: Parts): Edge[] {
  return calls.flatMap((each) => {
    const kind = each.modifier === 'STREAM' ? 'stream' : 'call'
    return reached(each, nodes, each.node)
      .filter((name) => name !== each.node)
      .map((name): Edge => ({ from: nodeId(each.node), to: nodeId(name), kind, state: 'idle' }))
  })
}

/** Edges of the calls that callbacks have made. */
function madeEdges({ nodes }: Parts): Edge[] {
  return nodes.flatMap(({ name: node, made }) =>
    made.flatMap((each) => {
      const state = each.rate > 0 ? 'flowing' : 'idle'
      return reached(each, nodes, node).map((name): Edge => ({
        from: nodeId(node),
        to: nodeId(name),
        kind: 'call',
        state,
      }))
    }),
  )
}

/** Nodes that a call of a node may reach: the caller itself only if no other one offers the callback. */
function reached(
  { call, to }: Pick<CallView, 'call' | 'to'>,
  nodes: readonly NodeView[],
  caller: string,
): string[] {
  if (to !== null) return nodes.flatMap(({ name }) => (name === to ? [name] : []))
  const offering = nodes.flatMap(({ name, callbacks }) => (callbacks.includes(call) ? [name] : []))
  const others = offering.filter((name) => name !== caller)
  return others.length > 0 ? others : offering
}

function streamEdges({ streams }: Parts): Edge[] {
  return streams.flatMap((stream) =>
    stream.receivers.map((receiver): Edge => {
      const state = stateOf(stream, receiver)
      return { from: nodeId(stream.from), to: nodeId(receiver.name), kind: 'stream', state }
    }),
  )
}

function stateOf(stream: StreamView, receiver: Receiving['receiver']): Edge['state'] {
  if (stream.state === 'ended' || receiver.state !== 'attached') return receiver.error ? 'troubled' : 'idle'
  return 'flowing'
}

const RANKS = { idle: 0, flowing: 1, troubled: 2 } as const

/** Leaves one edge of each kind from one place to another, with the state that matters most. */
export function merged(edges: readonly Edge[]): Edge[] {
  const found = new Map<string, Edge>()
  for (const each of edges) {
    const id = edgeId(each)
    const known = found.get(id)
    if (!known || RANKS[each.state] > RANKS[known.state]) found.set(id, each)
  }
  return [...found.values()]
}

export const edgeId = ({ from, to, kind }: Edge): string => `${kind} ${from} > ${to}`

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
