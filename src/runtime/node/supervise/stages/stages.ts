import type { CallPlan, NodePlan, Plan } from '../../../core/plan/plan.js'

/**
 * Arranges nodes in stages: a node comes after those that stream to it. Where streams go in a circle, the stream back to a
 * node that comes first in the file does not count.
 * @returns names of the nodes of each stage
 */
export function stagesOf(nodes: readonly NodePlan[]): string[][] {
  const stages: string[][] = []
  const found = new Map<string, number>()
  const sorted = sendersFirst(nodes)
  for (const [index, node] of sorted.entries()) {
    const before = sorted.slice(0, index).filter((other) => streamsTo(other, node))
    const stage = Math.max(-1, ...before.map(({ name }) => found.get(name) ?? 0)) + 1
    found.set(node.name, stage)
    ;(stages[stage] ??= []).push(node.name)
  }
  return stages
}

/** Sorts nodes so that each comes after those that stream to it, except where streams go in a circle. */
function sendersFirst(nodes: readonly NodePlan[]): NodePlan[] {
  const sorted: NodePlan[] = []
  const seen = new Set<NodePlan>()
  const visit = (node: NodePlan): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const other of nodes) if (streamsTo(node, other)) visit(other)
    sorted.unshift(node)
  }
  nodes.forEach(visit)
  return sorted
}

/** Whether a node's calls stream to another one. */
export function streamsTo({ calls }: NodePlan, { name, callbacks }: NodePlan): boolean {
  const reaches = ({ call, to, modifier }: CallPlan): boolean =>
    modifier.kind === 'STREAM' &&
    (to === undefined || to === name) &&
    callbacks.some((callback) => callback.name === call)
  return calls.some(reaches)
}

/** A node of the run, as far as it matters to the ends of streams. */
interface Streaming {
  name: string
  plan: NodePlan
  /** Its process has joined the pipeline and lives. */
  isRunning: boolean
  /** No call of the node is left to run. */
  idle: boolean
  /** Whether a call is not left to run. */
  hasSettled: (call: number) => boolean
}

/** Whether a node has nothing left to do but to stream modules, and all streams to it have ended. */
export function hasNothingToCome(
  node: Streaming,
  nodes: readonly Streaming[],
  sources: Plan['sources'],
): boolean {
  const { name, plan, isRunning, idle } = node
  const left = plan.calls.filter((_call, index) => !node.hasSettled(index))
  if (!isRunning || idle || left.length === 0 || !streamModules(left, sources)) return false
  const senders = nodes.filter((other) => other.name !== name && streamsTo(other.plan, plan))
  return senders.length > 0 && senders.every((sender) => sender.idle)
}

/** Whether all calls stream modules, which may stream on what callbacks of the node give to them. */
function streamModules(calls: readonly CallPlan[], sources: Plan['sources']): boolean {
  return calls.every(({ source }) => source !== undefined && sources[source]?.kind === 'module')
}
