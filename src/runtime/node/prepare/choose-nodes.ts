import type { NodePlan, Plan } from '../../core/plan/plan.js'
import { nodesNamed, unknownNode } from '../common/nodes-named.js'

/**
 * Chooses the nodes that `only` names, or all nodes without it. The name of a node with replicas stands for all of them.
 * @throws DaffiError DAFFI_USAGE, with a list of the pipeline's nodes
 */
export function chooseNodes(plan: Plan, only?: readonly string[]): NodePlan[] {
  const nodes = Object.values(plan.nodes)
  if (only === undefined) return nodes
  const chosen = new Set(only.flatMap((name) => nodesNamed(plan.name, nodes, name, 'DAFFI_USAGE')))
  return nodes.filter((node) => chosen.has(node))
}

/**
 * Finds one node by its exact name.
 * @throws DaffiError DAFFI_USAGE, with a list of the pipeline's nodes
 */
export function nodeNamed(plan: Plan, name: string): NodePlan {
  const node = plan.nodes[name]
  if (!node) throw unknownNode(plan.name, Object.values(plan.nodes), name, 'DAFFI_USAGE')
  return node
}
