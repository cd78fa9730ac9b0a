import { TimeoutError, type NatsConnection } from '@nats-io/transport-node'
import { isNoResponders } from '../../nats/index.js'
import { NatsLink, type Peer, type StreamConnections, type StreamPorts } from '../../stream/index.js'
import type { HeartbeatThread } from '../presence/heartbeat-thread.js'
import { pingSubject, type PeerRecord } from '../presence/peer-record.js'
import type { Presence } from '../presence/presence.js'
import type { JoinOptions } from './join-options.js'
import { once, sideConnection } from './side-connection.js'

/** Time within which a node that lives answers, also while a callback blocks it. */
const PING_MS = 3500

/**
 * Gives streams the parts of the node that they need. Their connections are opened at the first stream, as most nodes
 * have none.
 */
export function streamPorts(
  options: JoinOptions,
  { name, incarnation }: PeerRecord,
  { peers }: Presence,
  heartbeat: HeartbeatThread,
  opened: (() => unknown)[],
): StreamPorts {
  const { pipeline, log } = options
  const open = async (): Promise<StreamConnections> => {
    const connect = (what: string): Promise<NatsConnection> => sideConnection(options, what, opened)
    const [control, bulk] = await Promise.all([connect('streams'), connect('bulk')])
    return { control, bulk: new NatsLink(bulk) }
  }
  const connections = once(open)
  const answers = async (peer: Peer): Promise<boolean> => {
    const { control } = await connections()
    const asking = control.request(pingSubject(pipeline, peer), undefined, { timeout: PING_MS })
    return await asking.then(
      () => true,
      (error: unknown) => !isNoResponders(error) && !(error instanceof TimeoutError),
    )
  }
  return {
    pipeline,
    self: { name, incarnation },
    peers,
    log,
    connections,
    answers,
    setLastWill: (subject) => heartbeat.setLastWill(subject),
    clearLastWill: (subject) => heartbeat.clearLastWill(subject),
  }
}
