import type { CallPlan, NodePlan, Plan } from '../../core/plan/plan.js'
import { readPlan } from '../../core/plan/views.js'
import type { Delivery } from '../../core/stream/stream-options.js'
import { isLive } from '../../source/index.js'

type Streams = Pick<Plan, 'nodes' | 'sources'>

/**
 * Decides the delivery of every stream: as in the file, else `live` for capture devices and `lossless` for other sources.
 * Results of a callback are streamed as the items come that they are made from.
 */
export function withDeliveries(nodes: NodePlan[], plan: Streams): NodePlan[] {
  return nodes.map((node) => ({
    ...node,
    calls: node.calls.map((call) => withDelivery(call, node.name, plan)),
  }))
}

function withDelivery(call: CallPlan, node: string, plan: Streams): CallPlan {
  const { modifier } = call
  if (modifier.kind !== 'STREAM') return call
  return { ...call, modifier: { ...modifier, delivery: deliveryOf(call, node, plan, new Set()) } }
}

/** @param passed calls that have been looked at, since results may go in a circle */
function deliveryOf(call: CallPlan, node: string, plan: Streams, passed: Set<CallPlan>): Delivery {
  const { modifier, resultsOf, source } = call
  if (modifier.kind === 'STREAM' && modifier.delivery) return modifier.delivery
  if (resultsOf === undefined) {
    const from = source === undefined ? undefined : readPlan(plan.sources, source)
    return from && isLive(from) ? 'live' : 'lossless'
  }
  passed.add(call)
  const incoming = Object.values(plan.nodes).flatMap(({ name, calls }) =>
    calls
      .filter((other) => other.modifier.kind === 'STREAM' && other.call === resultsOf)
      .filter((other) => (other.to === undefined || other.to === node) && !passed.has(other))
      .map((other) => deliveryOf(other, name, plan, passed)),
  )
  if (incoming.includes('live')) return 'live'
  return incoming.length > 0 && incoming.every((each) => each === 'durable') ? 'durable' : 'lossless'
}
