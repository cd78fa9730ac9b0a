import type { NatsConnection } from '@nats-io/transport-node'
import { StreamReceiver, type Admit, type StreamPorts } from '../../stream/index.js'
import type { Invocation, MakeInvocation } from '../api/context.js'
import type { Registry } from '../invoke/registry.js'
import { batchRunner } from './batch-runner.js'
import { IncomingOrder } from './incoming-order.js'
import { itemRunner } from './item-runner.js'

/** Receives the streams that other nodes send to the callbacks of this one. */
export function receiveStreams(
  nc: NatsConnection,
  ports: StreamPorts,
  { registry, makeInvocation }: { registry: Registry; makeInvocation: MakeInvocation },
): StreamReceiver {
  const admit: Admit = (open, abort) => {
    const offered = registry.offered(open.call)
    if (!offered || open.yields) return undefined
    const invocation = (): Invocation => makeInvocation(open.from, { signal: abort() })
    const { source = null } = open
    const { stage } = offered
    const { borrow = false } = offered.callback.options
    stage?.onIncoming()
    // An item of a shared durable stream may be given to another receiver, or again, at any time.
    const inOrder = !(open.share && open.durable)
    const order = new IncomingOrder({ offered, source, inOrder, signal: abort })
    return order.observe({
      deliver: itemRunner(offered, source, invocation),
      grouping: batchRunner(offered, source, invocation),
      borrow,
      onFailed: () => offered.stage?.onFailed(),
      settle: async () => await offered.stage?.stored(),
      onEnd: () => stage?.onIncomingEnd(),
    })
  }
  return new StreamReceiver({ nc, ports, admit })
}
