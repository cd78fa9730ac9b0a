import type { CallPlan, NodePlan, Plan, SourcePlan } from '../../core/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import { findProject } from '../../core/project.js'
import { isLive } from '../../source/index.js'
import type { NodeSetup } from '../ipc/messages.js'

/** The nodes with every stream's delivery decided: what the file says, else `live` for capture devices and `lossless` for the rest. */
export function withDeliveries(nodes: NodePlan[], sources: Record<string, SourcePlan>): NodePlan[] {
  return nodes.map((node) => ({ ...node, calls: node.calls.map((call) => withDelivery(call, sources)) }))
}

function withDelivery(call: CallPlan, sources: Record<string, SourcePlan>): CallPlan {
  const { modifier } = call
  if (modifier.kind !== 'STREAM') return call
  const source = call.source === undefined ? undefined : sources[call.source]
  const usual = source && isLive(source) ? 'live' : 'lossless'
  return { ...call, modifier: { ...modifier, delivery: modifier.delivery ?? usual } }
}

type SetupOptions = Pick<NodeSetup, 'logLevel'> & Partial<Pick<NodeSetup, 'record' | 'modules'>>

/** What one node's process needs of the pipeline. */
export function setupOf(
  plan: Plan,
  node: NodePlan,
  server: ServerHandle,
  { logLevel, record, modules }: SetupOptions,
): NodeSetup {
  const used = node.calls.flatMap(({ source }) => (source === undefined ? [] : [source]))
  return {
    pipeline: plan.name,
    project: findProject(plan.file),
    server: { address: server.address, info: server.info },
    node,
    sources: Object.fromEntries(Object.entries(plan.sources).filter(([name]) => used.includes(name))),
    logLevel,
    modules,
    record,
  }
}
