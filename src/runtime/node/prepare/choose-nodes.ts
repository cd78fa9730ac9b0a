import { DaffiError } from '../../core/errors.js'
import { nearest } from '../../core/text/nearest.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'

/**
 * Chooses the nodes that `only` names, or all nodes without it. The name of a node with replicas stands for all of them.
 * @throws DaffiError DAFFI_USAGE, with a list of the pipeline's nodes
 */
export function chooseNodes(plan: Plan, only?: readonly string[]): NodePlan[] {
  const nodes = Object.values(plan.nodes)
  if (only === undefined) return nodes
  const chosen = new Set(only.flatMap((name) => nodesNamed(plan, name)))
  return nodes.filter((node) => chosen.has(node))
}

function nodesNamed(plan: Plan, name: string): NodePlan[] {
  const nodes = Object.values(plan.nodes)
  const exact = nodes.filter((node) => node.name === name)
  const found = exact.length > 0 ? exact : nodes.filter((node) => node.name.replace(/-\d+$/, '') === name)
  if (found.length === 0) throw unknownNode(plan, name)
  return found
}

/**
 * Finds one node by its exact name.
 * @throws DaffiError DAFFI_USAGE, with a list of the pipeline's nodes
 */
export function nodeNamed(plan: Plan, name: string): NodePlan {
  const node = plan.nodes[name]
  if (!node) throw unknownNode(plan, name)
  return node
}

function unknownNode(plan: Plan, name: string): DaffiError {
  const names = Object.keys(plan.nodes)
  const suggestion = nearest(name, names)
  return new DaffiError('DAFFI_USAGE', `${plan.name} has no node ${name}; it has ${names.join(', ')}`, {
    ...(suggestion === undefined ? {} : { next: `Did you mean ${suggestion}?` }),
  })
}
