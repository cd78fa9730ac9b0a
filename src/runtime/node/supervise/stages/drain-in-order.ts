import type { Wakeup } from '../../../core/deferred.js'
import type { SupervisedNode } from '../supervised-node.js'
import { stagesOf } from './stages.js'

/**
 * Drains nodes one stage after the other, each when the streams to it have ended. Resolves when all are drained.
 * @param changed wakes when the state of a node has changed
 */
export async function drainInOrder(nodes: readonly SupervisedNode[], changed: Wakeup): Promise<void> {
  for (const node of nodes) if (!node.isRunning) node.drain()
  for (const stage of stagesOf(nodes.map(({ plan }) => plan))) {
    const members = nodes.filter(({ name }) => stage.includes(name))
    for (const node of members) node.drain()
    while (!members.every(({ idle }) => idle)) await changed.wait()
  }
}
