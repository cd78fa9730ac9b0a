import type { NatsConnection } from '@nats-io/transport-node'
import type { StreamPorts } from '../../stream/index.js'
import type { LocalCalls } from '../invoke/local-calls.js'
import type { Registry } from '../invoke/registry.js'
import type { PeerTable } from '../presence/peer-table.js'
import type { InFlight } from './in-flight.js'
import type { OutgoingCalls } from './outgoing-calls.js'

/** The parts of a node that calls are made with. */
export interface CallerContext {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: PeerTable
  registry: Registry
  inFlight: InFlight
  outgoing: OutgoingCalls
  local: LocalCalls
  ports: StreamPorts
  /** Aborts when this node leaves. */
  leaving: AbortSignal
  /** Aborts when this node has to leave, with the error because of which it does. */
  failing: AbortSignal
}
