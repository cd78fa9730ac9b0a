import type { Plan } from '../../../core/plan/plan.js'
import type { StageEnds } from './stage-ends.js'
import { streamModules, streamsTo } from './stages.js'
import type { SupervisedNode } from '../supervised-node.js'

/** Ends the results of callbacks to which all streams have ended. */
export function completeStages(running: readonly SupervisedNode[], ends: StageEnds): void {
  const nodes = new Map(running.map((node) => [node.name, node]))
  for (const { node, index, feeders } of ends) {
    // Those of nodes that run elsewhere may never end.
    const isOver = feeders.every((feeder) => nodes.get(feeder.node)?.hasSettled(feeder.index) ?? false)
    if (isOver && feeders.length > 0) nodes.get(node)?.complete(index)
  }
}

/** Whether a node has nothing left to do but to stream modules, and all streams to it have ended. */
export function hasNothingToCome(
  node: SupervisedNode,
  running: readonly SupervisedNode[],
  sources: Plan['sources'],
): boolean {
  const { name, plan, isRunning, idle } = node
  const left = plan.calls.filter((_call, index) => !node.hasSettled(index))
  if (!isRunning || idle || left.length === 0 || !streamModules(left, sources)) return false
  const senders = running.filter((other) => other.name !== name && streamsTo(other.plan, plan))
  return senders.length > 0 && senders.every((sender) => sender.idle)
}
