import type { NatsConnection } from '@nats-io/transport-node'
import { StreamReceiver, type Admit, type StreamPorts } from '../../stream/index.js'
import type { Invocation, MakeInvocation } from '../api/context.js'
import type { Registry } from '../invoke/registry.js'
import { batchRunner } from './batch-runner.js'
import { IncomingOrder } from './incoming-order.js'
import { itemRunner } from './item-runner.js'
import { States } from '../state/states.js'
import { Joins, misfit } from './join-runner.js'

/** Receives the streams that other nodes send to the callbacks of this one. */
export function receiveStreams(
  nc: NatsConnection,
  ports: StreamPorts,
  { registry, makeInvocation }: { registry: Registry; makeInvocation: MakeInvocation },
): StreamReceiver {
  const joins = new Joins(makeInvocation, ports.log)
  const states = new States(ports)
  const admit: Admit = (open, abort) => {
    const offered = registry.offered(open.call)
    if (!offered || open.yields) return undefined
    const invocation = (): Invocation => makeInvocation(open.call, open.from, { signal: abort() })
    const { source = null, as } = open
    const refusing = misfit(offered, open)
    const { stage } = offered
    const { borrow = false } = offered.callback.options
    const joining =
      refusing || as === undefined ? undefined : joins.joining(offered, { ...open, as }, abort())
    // An item of a shared durable stream may be given to another receiver, or again, at any time.
    const inOrder = !(open.share && open.durable)
    const order = new IncomingOrder({
      offered,
      source,
      inOrder,
      isJoined: joining !== undefined,
      signal: abort,
    })
    const state = states.incoming(offered, open)
    const stored = async (): Promise<void> => await offered.stage?.stored()
    const onFailed = (): void => {
      offered.stage?.onFailed()
      order.onFailed()
    }
    return {
      deliver: refusing ?? itemRunner(offered, source, invocation, order, state),
      ...(refusing ? {} : { grouping: batchRunner(offered, source, invocation, order) }),
      ...(joining ? { joining } : { marks: order, onFailed }),
      borrow,
      settle: () => (open.durable ? state.saveAfter(stored) : state.save()),
      onOver: stage?.incoming.begin(open),
    }
  }
  return new StreamReceiver({ nc, ports, admit })
}
