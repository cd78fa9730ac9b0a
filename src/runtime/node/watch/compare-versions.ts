import { isDeepStrictEqual } from 'node:util'
import { importedFirst, type ModuleGraph } from '../../callback/index.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'
import type { PlanChange } from '../supervise/plan-change.js'

/** A state of the pipeline file and its modules. */
export interface PipelineVersion {
  plan: Plan
  nodes: NodePlan[]
  graph: ModuleGraph
}

/**
 * Compares two versions of a pipeline. A node is restarted when its plan or the code of its sources has changed, and
 * reloaded when only the code of its callbacks has.
 * @param touched changed files, and all modules that import one of them
 */
export function compareVersions(
  before: PipelineVersion,
  now: PipelineVersion,
  touched: ReadonlySet<string>,
): PlanChange {
  const change: PlanChange = { plan: now.plan, start: [], restart: [], reload: [], stop: [] }
  const known = new Map(before.nodes.map((node) => [node.name, node]))
  for (const node of now.nodes) {
    const old = known.get(node.name)
    const modules = callbackModules(node, now.graph).filter((file) => touched.has(file))
    if (!old) change.start.push(node)
    else if (
      !isSame(old, before.plan, node, now.plan) ||
      sourceModules(node, now.plan).some((file) => touched.has(file))
    )
      change.restart.push(node)
    else if (modules.length > 0) change.reload.push({ node, modules })
  }
  const names = new Set(now.nodes.map(({ name }) => name))
  change.stop = [...known.keys()].filter((name) => !names.has(name))
  return change
}

/** Lists the modules of a node's callbacks and what they import, imported modules first. */
export function callbackModules({ callbacks }: NodePlan, graph: ModuleGraph): string[] {
  const files = callbacks.map(({ file }) => file)
  return importedFirst(graph, files)
}

/** Lists the modules that are sources of a node. */
export function sourceModules(node: NodePlan, plan: Plan): string[] {
  return sourcesOf(node, plan).flatMap((source) => (source.kind === 'module' ? source.file : []))
}

/**
 * Compares everything that the pipeline file states about a node. The arity of callbacks is left out: it comes from
 * their code.
 */
function isSame(a: NodePlan, planOfA: Plan, b: NodePlan, planOfB: Plan): boolean {
  return isDeepStrictEqual(written(a, planOfA), written(b, planOfB))
}

function written(node: NodePlan, plan: Plan): unknown {
  const callbacks = node.callbacks.map(({ arity: _, ...callback }) => callback)
  return { ...node, callbacks, sources: sourcesOf(node, plan) }
}

function sourcesOf({ calls }: NodePlan, { sources }: Plan) {
  return calls.flatMap(({ source }) => (source === undefined ? [] : (sources[source] ?? [])))
}
