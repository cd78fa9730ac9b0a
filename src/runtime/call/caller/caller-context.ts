import type { NatsConnection } from '@nats-io/transport-node'
import type { StreamPorts } from '../../stream/index.js'
import type { Parts } from '../wire/payload-transfer.js'
import type { Peers } from '../presence/peers.js'
import type { InFlight } from './in-flight.js'
import type { OwnCalls } from '../invoke/local-calls.js'
import type { Replies } from './replies.js'
import type { Requests } from './requests.js'

/** What a node makes its calls with. */
export interface Calling {
  nc: NatsConnection
  pipeline: string
  node: string
  peers: Peers
  replies: Replies
  parts: Parts
  inFlight: InFlight
  requests: Requests
  own: OwnCalls
  ports: StreamPorts
  /** Aborts when this node leaves. */
  leaving: AbortSignal
}
