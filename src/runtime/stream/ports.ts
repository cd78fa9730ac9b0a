import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../core/logger.js'
import type {
  Arity,
  Batching,
  Delivery,
  OnError,
  Retention,
  RetryPolicy,
  SharedMemory,
} from '../core/plan.js'
import type { StreamSummary } from '../core/summary.js'
import type { Link } from './link.js'

export interface Peer {
  name: string
  incarnation: string
}

/** The others, as streams see them. Listeners are given back by calling what `on…` returns. */
export interface Peers {
  offering(callback: string): readonly (Peer & { arity: Arity })[]
  onJoin(listener: (peer: Peer & { callbacks: Record<string, Arity> }) => void): () => void
  onLeave(listener: (peer: Peer, how: 'left' | 'died') => void): () => void
}

/** Two connections, so that what steers a stream never waits behind its bytes. */
export interface StreamConnections {
  control: NatsConnection
  bulk: Link
}

/** What streams need of the node that they run on. */
export interface StreamPorts {
  pipeline: string
  self: Peer
  peers: Peers
  log: Logger
  connections(): Promise<StreamConnections>
  /** What is published on `subject` should this process be ended with its parent. */
  setLastWill(subject: string): void
  clearLastWill(subject: string): void
}

export interface StreamOptions {
  call: string
  /** The source's name in the summary; null for an iterable passed by a program. */
  source: string | null
  delivery: Delivery
  /** Items that a live receiver may hold before the newest pushes out the oldest. */
  buffer: number
  onError: OnError
  /** The items are what the callback `call` yields, for whoever called it. */
  yields: boolean
  /** Each item goes to one of the receivers. */
  share: boolean
  batch: Batching
  shm: SharedMemory
  retry: RetryPolicy
  /** Identity of a durable stream; the call's node, source and callback when undefined. */
  name: string | undefined
  /** Of a durable stream. */
  retention: Retention
  /** The only node to stream to; every node that offers the callback when absent. */
  to?: string | undefined
  /** Called at the first item, then a few times a second. */
  onProgress?: ((snapshot: StreamSummary) => void) | undefined
  /** Aborted by the time the iterable ends, says that it was stopped before its own end: a durable stream stays unfinished. */
  stopping?: AbortSignal | undefined
  /** Ends the stream at once. To end it gently, end the iterable. */
  signal?: AbortSignal | undefined
}
