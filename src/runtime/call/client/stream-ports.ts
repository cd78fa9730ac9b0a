import type { NatsConnection } from '@nats-io/transport-node'
import { Link, type StreamConnections, type StreamPorts } from '../../stream/index.js'
import { connectBeside, once } from './side-connection.js'
import type { JoinOptions } from './join-options.js'
import type { Presence } from '../presence/presence.js'
import type { Pulse } from '../presence/heartbeat-thread.js'
import type { PeerRecord } from '../presence/peer-record.js'

/** Opens the connections for streams at the first stream: most nodes never need them. */
export function streamPorts(
  options: JoinOptions,
  { name, incarnation }: PeerRecord,
  { peers }: Presence,
  pulse: Pulse,
  opened: (() => unknown)[],
): StreamPorts {
  const { pipeline, log } = options
  const open = async (): Promise<StreamConnections> => {
    const connect = (what: string): Promise<NatsConnection> => connectBeside(options, what, opened)
    const [control, bulk] = await Promise.all([connect('streams'), connect('bulk')])
    return { control, bulk: new Link(bulk) }
  }
  return {
    pipeline,
    self: { name, incarnation },
    peers,
    log,
    connections: once(open),
    bequeath: (subject) => pulse.bequeath(subject),
    revoke: (subject) => pulse.revoke(subject),
  }
}
