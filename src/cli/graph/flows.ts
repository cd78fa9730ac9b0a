import { isDeepStrictEqual } from 'node:util'
import type { CallPlan, NodePlan, Plan, StreamPlan } from '../../runtime/index.js'

/** A node; replicas, which differ only in their numbers, are one node with a count. */
export interface GraphNode {
  name: string
  replicas: number
  callbacks: string[]
  dependsOn: string[]
}

/** A call of the pipeline file: the node that makes it, and the nodes that it may reach. */
export interface Flow {
  from: string
  /** Name of the source whose items are streamed. */
  source: string | null
  /** Name of the callback whose results are streamed. */
  resultsOf: string | null
  /** Side of a join that the stream is. */
  as: string | null
  call: string
  /** Kind of the modifier, such as `STREAM`. */
  modifier: string
  /** Delivery of a stream; null for other calls. */
  delivery: string | null
  /** How receivers share a stream: `shared`, or `shared by` with the path of the key; null where each gets all items, or one is named. */
  share: string | null
  /** Whether results are put in the order of their source. */
  ordered: boolean
  /** Nodes that may get the call. */
  to: string[]
  /** Whether all of those nodes get it, or one of them. */
  reaches: 'all' | 'one'
  /** The node that `to` names. */
  process: string | null
}

/** A source, or a view of one. */
interface GraphSource {
  name: string
  kind: string
  /** Name of the source that a view is of. */
  viewOf?: string
}

export interface PipelineGraph {
  pipeline: string
  sources: GraphSource[]
  nodes: GraphNode[]
  flows: Flow[]
}

/** The connections between sources and nodes. */
export function graphOf({ name: pipeline, sources }: Plan, nodes: NodePlan[]): PipelineGraph {
  const groups = groupReplicas(nodes)
  const shown = (names: string[]): string[] => [
    ...new Set(
      names.flatMap(
        (name) => groups.find(({ members }) => members.some((each) => each.name === name))?.name ?? [],
      ),
    ),
  ]
  return {
    pipeline,
    sources: Object.entries(sources).map(([name, plan]) => ({
      ...{ name, kind: plan.kind },
      ...(plan.kind === 'view' ? { viewOf: plan.of } : {}),
    })),
    nodes: groups.map(({ name, node, members }) => ({
      name,
      replicas: members.length,
      callbacks: node.callbacks.map((callback) => callback.name),
      dependsOn: shown(node.dependsOn),
    })),
    flows: groups.flatMap(({ name, node }) =>
      node.calls.map((call) => {
        const flow = flowOf(call)
        return { ...flow, from: name, to: shown(targets(node, call, flow.reaches, nodes)) }
      }),
    ),
  }
}

function flowOf({ source, resultsOf, as, call, to, modifier }: CallPlan): Omit<Flow, 'from' | 'to'> {
  const isStream = modifier.kind === 'STREAM'
  const shared = isStream && modifier.share !== false
  const everywhere = (isStream && !shared) || modifier.kind === 'BROADCAST' || to !== undefined
  const delivery = isStream ? (modifier.delivery ?? null) : null
  return {
    source: source ?? null,
    resultsOf: resultsOf ?? null,
    as: as ?? null,
    call,
    modifier: modifier.kind,
    delivery,
    share: isStream && to === undefined ? shareText(modifier.share) : null,
    ordered: isStream && modifier.order !== undefined,
    reaches: everywhere ? 'all' : 'one',
    process: to ?? null,
  }
}

function shareText(share: StreamPlan['share']): string | null {
  if (share === false) return null
  return share === true ? 'shared' : `shared by ${share.by}`
}

/** Words for how a call is made, and how its receivers get the items of a stream. */
export function manner({ delivery, modifier, share, ordered }: Flow): string {
  const words = [delivery ?? modifier, share, ordered ? 'in order' : null]
  return words.filter((word) => word !== null).join(', ')
}

/** The nodes that a call may reach. A call that one node answers reaches the caller itself only when no other node offers the callback. */
function targets(
  caller: NodePlan,
  { call, to }: CallPlan,
  reaches: Flow['reaches'],
  nodes: NodePlan[],
): string[] {
  if (to !== undefined) return [to]
  const offering = nodes.filter(({ callbacks }) => callbacks.some(({ name }) => name === call))
  const others = offering.filter((node) => node !== caller)
  return (reaches === 'one' && others.length > 0 ? others : offering).map(({ name }) => name)
}

interface Group {
  name: string
  /** The first of the members. */
  node: NodePlan
  members: NodePlan[]
}

function groupReplicas(nodes: NodePlan[]): Group[] {
  const groups: Group[] = []
  for (const node of nodes) {
    const name = node.name.replace(/-\d+$/, '')
    const last = groups.at(-1)
    if (last?.name === name && isDeepStrictEqual({ ...last.node, name }, { ...node, name }))
      last.members.push(node)
    else groups.push({ name, node, members: [node] })
  }
  return groups.map((group) => (group.members.length === 1 ? { ...group, name: group.node.name } : group))
}
