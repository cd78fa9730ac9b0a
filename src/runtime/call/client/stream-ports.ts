import type { NatsConnection } from '@nats-io/transport-node'
import type { UnixChannels } from '../../unix/index.js'
import { NatsLink, type UnixPeers, type StreamConnections, type StreamPorts } from '../../stream/index.js'
import type { HeartbeatThread } from '../presence/heartbeat-thread.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { PeerTable } from '../presence/peer-table.js'
import type { Presence } from '../presence/presence.js'
import { once, sideConnection, type SideOptions } from './side-connection.js'

/**
 * Gives streams the parts of the node that they need. Their connections are opened at the first stream, as most nodes
 * have none.
 */
export function streamPorts(
  options: SideOptions,
  { name, incarnation }: PeerRecord,
  presence: Presence,
  heartbeat: HeartbeatThread,
  unix: UnixChannels | undefined,
  opened: (() => unknown)[],
): StreamPorts {
  const { pipeline, log } = options
  const { peers } = presence
  const open = async (): Promise<StreamConnections> => {
    const connect = (what: string): Promise<NatsConnection> => sideConnection(options, what, opened)
    const [control, bulk] = await Promise.all([connect('streams'), connect('bulk')])
    return { control, bulk: new NatsLink(bulk) }
  }
  return {
    pipeline,
    self: { name, incarnation },
    peers,
    unix: unix && unixPeers(unix, peers),
    log,
    connections: once(open),
    answers: (peer) => presence.isReachable(peer),
    setLastWill: (subject) => heartbeat.setLastWill(subject),
    clearLastWill: (subject) => heartbeat.clearLastWill(subject),
  }
}

function unixPeers(unix: UnixChannels, peers: PeerTable): UnixPeers {
  return {
    channelTo: (incarnation) => unix.to(incarnation, peers.find(incarnation)?.socket),
    on: (subject, listener) => unix.on(subject, listener),
    onNobody: (subject, listener) => unix.onNobody(subject, listener),
  }
}
