import type { NatsConnection } from '@nats-io/transport-node'
import { StreamReceiver, type Admit, type StreamPorts } from '../../stream/index.js'
import type { MakeInvocation } from '../api/context.js'
import type { Registry } from '../invoke/registry.js'
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
    const deliver = itemRunner(offered, open.source, () => makeInvocation(open.from, { signal: abort() }))
    const { stage } = offered
    stage?.onIncoming()
    return {
      deliver,
      borrow: offered.callback.options.borrow ?? false,
      onFailed: () => offered.stage?.onFailed(),
      settle: async () => await offered.stage?.stored(),
      onEnd: () => stage?.onIncomingEnd(),
    }
  }
  return new StreamReceiver({ nc, ports, admit })
}
