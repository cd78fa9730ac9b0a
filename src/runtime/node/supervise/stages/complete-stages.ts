import type { SupervisedNode } from '../supervised-node.js'
import { endedStages, type CallPlace, type StageEnds } from './stage-ends.js'

/** Ends the results of callbacks to which all streams have ended. */
export function completeStages(running: readonly SupervisedNode[], ends: StageEnds): void {
  const nodes = new Map(running.map((node) => [node.name, node]))
  // Those of nodes that run elsewhere may never end.
  const hasSettled = ({ node, index }: CallPlace): boolean => nodes.get(node)?.hasSettled(index) ?? false
  for (const { node, index } of endedStages(ends, hasSettled)) nodes.get(node)?.complete(index)
}
