import type { CallPlan, NodePlan, SourcePlan } from '../../core/plan/plan.js'
import { isLive } from '../../source/index.js'

/** Decides the delivery of every stream: as in the file, else `live` for capture devices and `lossless` for other sources. */
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
