import { isDeepStrictEqual } from 'node:util'
import { formatMs } from '../../runtime/core/timeout.js'
import type { CallbackPlan, CallPlan, NodePlan, Plan } from '../../runtime/index.js'

/** A node; replicas, which differ only in their numbers, are one node with a count. */
export interface GraphNode {
  name: string
  replicas: number
  callbacks: string[]
  /** Callbacks that get several items at once, as the pipeline file says. */
  gathering: Gathering[]
  dependsOn: string[]
}

/** Callback that gets items in batches, or those of several streams together. */
export interface Gathering {
  callback: string
  what: 'batch' | 'join'
  /** Largest number of items of a batch. */
  items?: number
  withinMs: number
  /** Fate of an item of a join that has no partner. */
  missing?: string
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
  /** Whether the items come in the order of their source; null for other calls. */
  order: 'source' | null
  /** Path of the key by which the nodes divide the items; null when there is none. */
  key: string | null
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

/** Says how a call reaches its nodes, for a person to read. */
export function describeFlow({ delivery, modifier, order, key, reaches }: Flow): string {
  const parts = [
    delivery ?? modifier,
    order === null ? '' : `order: ${order}`,
    reaches === 'one' ? 'one of' : '',
    key === null ? '' : `by ${key}`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** Says what a callback gets at once, for a person to read. */
export function describeGathering({ what, items, withinMs, missing = 'drop' }: Gathering): string {
  const number = items === undefined ? '' : ` of ${items}`
  return `${what}${number} within ${formatMs(withinMs)}${missing === 'drop' ? '' : `, missing: ${missing}`}`
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
      gathering: node.callbacks.flatMap(gatheringOf),
      dependsOn: shown(node.dependsOn),
    })),
    flows: groups.flatMap(({ name, node }) =>
      node.calls.map((call) => {
        const flow = flowOf(call)
        const reached = targets(node, call, flow.reaches, nodes)
        const reaches = reached.length > 1 ? flow.reaches : 'all'
        return { ...flow, reaches, from: name, to: shown(reached) }
      }),
    ),
  }
}

function gatheringOf({ name: callback, options: { batch, join } = {} }: CallbackPlan): Gathering[] {
  return [
    ...(batch ? [{ callback, what: 'batch' as const, items: batch.items, withinMs: batch.withinMs }] : []),
    ...(join
      ? [{ callback, what: 'join' as const, withinMs: join.withinMs, missing: join.missing ?? 'drop' }]
      : []),
  ]
}

function flowOf({ source, resultsOf, as, call, to, modifier }: CallPlan): Omit<Flow, 'from' | 'to'> {
  const isStream = modifier.kind === 'STREAM'
  const shared = isStream && modifier.share !== false
  const everywhere = (isStream && !shared) || modifier.kind === 'BROADCAST' || to !== undefined
  const delivery = isStream ? (modifier.delivery ?? null) : null
  const by = isStream && typeof modifier.share === 'object' ? modifier.share.by : undefined
  return {
    source: source ?? null,
    resultsOf: resultsOf ?? null,
    as: as ?? null,
    call,
    modifier: modifier.kind,
    delivery,
    order: (isStream && modifier.order) || null,
    key: typeof by === 'string' ? by : null,
    reaches: everywhere ? 'all' : 'one',
    process: to ?? null,
  }
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
