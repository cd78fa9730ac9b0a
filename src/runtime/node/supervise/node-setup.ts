import type { NodePlan, Plan } from '../../core/plan/plan.js'
import { readName } from '../../core/plan/views.js'
import { findProject } from '../../core/project/project.js'
import type { ServerHandle } from '../../nats/index.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { streamsTo } from './stages/stages.js'

type SetupOptions = Pick<NodeSetup, 'logLevel'> & Partial<Pick<NodeSetup, 'record' | 'modules'>>

/** Selects from the pipeline's plan what the process of one node needs. */
export function nodeSetup(
  plan: Plan,
  node: NodePlan,
  server: ServerHandle,
  { logLevel, record, modules }: SetupOptions,
): NodeSetup {
  const used = node.calls.flatMap(({ source }) =>
    source === undefined ? [] : [source, readName(plan.sources, source)],
  )
  return {
    pipeline: plan.name,
    project: findProject(plan.file),
    server: { address: server.address, info: server.info },
    node,
    isStage: Object.values(plan.nodes).some((other) => other.name !== node.name && streamsTo(other, node)),
    sources: Object.fromEntries(Object.entries(plan.sources).filter(([name]) => used.includes(name))),
    stalls: plan.stalls,
    logLevel: node.logLevel ?? logLevel,
    modules,
    record,
  }
}
