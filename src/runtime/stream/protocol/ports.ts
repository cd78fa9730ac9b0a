import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from '../../core/logger.js'
import type { Arity } from '../../core/plan/plan.js'
import type { KeyPath } from '../../core/stream/parse-options.js'
import type { Delivery, OnError, StreamSettings } from '../../core/stream/stream-options.js'
import type { StreamSummary } from '../../core/plan/summary.js'
import type { Origin, OriginRun } from '../../core/stream/origin.js'
import type { UnixChannel, UnixChannels } from '../../unix/index.js'
import type { ItemKey } from './messages.js'
import type { NatsLink } from './nats-link.js'

export interface Peer {
  name: string
  incarnation: string
}

/** End of a node's membership. */
export interface Departure {
  /** With a goodbye of its own, or without. */
  how: 'left' | 'died'
  /** Whether its supervisor has announced that it is started again. */
  returns: boolean
}

/**
 * The other nodes of the pipeline. One that is silent is suspected, which keeps new work from it and changes nothing else; it
 * leaves when there is proof of its end, or its grace is over. The function that `on…` returns removes the listener.
 */
export interface StreamPeers {
  /** Nodes that offer the callback: those that are alive, or the suspected ones when none is. */
  offering(callback: string): readonly (Peer & { arity: Arity })[]
  /** Whether the node is alive or suspected, so not gone. */
  has(incarnation: string): boolean
  isSuspected(incarnation: string): boolean
  /** @param listener called for a new incarnation, and for one that was gone and is back */
  onJoin(listener: (peer: Peer & { callbacks: Record<string, Arity> }) => void): () => void
  onLeave(listener: (peer: Peer, departure: Departure) => void): () => void
  /** @param listener called when only after its end it is announced that a node is started again */
  onReturning(listener: (peer: Peer) => void): () => void
}

/** Two connections, so that control messages never wait behind a stream's bytes. */
export interface StreamConnections {
  control: NatsConnection
  bulk: NatsLink
}

/** Messages to and from other processes of this host, without the server. */
export interface UnixPeers extends Pick<UnixChannels, 'on' | 'onNobody'> {
  /** Gives the channel to a node, and opens it if there is none; undefined when there can be none. */
  channelTo(incarnation: string): Promise<UnixChannel | undefined>
}

/** Services of the node that streams run on. */
export interface StreamPorts {
  pipeline: string
  self: Peer
  peers: StreamPeers
  /** Absent where processes of one host have no channels. */
  unix?: UnixPeers | undefined
  log: Logger
  connections(): Promise<StreamConnections>
  /** Whether that incarnation has a connection, be it that it stands still: false is certain, as far as the server can tell. */
  answers(peer: Peer): Promise<boolean>
  /** Adds a subject to the node's last will: a message is published there when the process is ended with its parent. */
  setLastWill(subject: string): void
  /** Removes a subject from the last will. */
  clearLastWill(subject: string): void
}

/** Facts about the items of a chunk that is delivered. */
export interface DeliveredChunk {
  /** Number of its first item in the stream. */
  item: number
  /** Time of capture or yield of that item, in milliseconds since 1970. */
  time: number
  /** Whether it was delivered before and not acknowledged. */
  redelivered?: boolean
  /** Present for a durable stream: its name and epoch. */
  stream?: string
  /** Key of the only item, where the stream is shared by key. */
  key?: ItemKey | undefined
  /** Present where items are results of a callback: origin of the only item, or of each item of a batch. */
  origin?: Origin | readonly OriginRun[] | undefined
  /** Numbers of results that attempts with an item have pushed, by its position, where a callback yields them. */
  given?: Map<number, number>
}

/**
 * Invokes the callback with an item. The promise of a callback that failed rejects.
 * @param index position of the item in its chunk
 */
export type Deliver = (item: unknown, chunk: DeliveredChunk, index: number) => unknown

/** Listener to how far an incoming stream of a stage is, where the results are to be put in order. */
export interface IncomingMarks {
  /** Whether it is wanted: a stream of the results has an order. */
  readonly areWanted: boolean
  /** Notes that no item of the source up to this one will come any more. */
  passed: (origin: Origin) => void
  /** Notes that nothing is left of the other sources. */
  keepOnly: (source: string | null) => void
}

/** Item of a group that a callback gets at once. */
export interface GroupItem {
  value: unknown
  chunk: DeliveredChunk
  /** Position of the item in its chunk. */
  index: number
}

/**
 * Streams on the result of the item at a position of the group, where results flow on.
 * @returns a promise that resolves when the result is taken; undefined when it has been
 */
export type TakeResult = (position: number) => Promise<void> | undefined

/** Delivery of items in groups, to a callback that gets several at once. */
export interface Grouping {
  /** Largest number of items in a group. */
  items: number
  /** Longest time for which a group waits for further items, from its first one. */
  withinMs: number
  /** Invokes the callback with a group. Resolves when it has returned, and rejects when it has failed. */
  deliver: (group: readonly GroupItem[]) => Promise<TakeResult>
}

/** End of an item that a callback got, or would have got, together with items of other streams. */
export type JoinEnd = 'processed' | 'dropped' | 'unmatched'

/** Item that the callback gets together with items of other streams. Each is ended or failed once. */
export interface JoinItem extends GroupItem {
  /** Bytes of memory that it keeps. */
  bytes: number
  /** Whether it gets further attempts when the callback fails. */
  retries: boolean
  /** Notes that the callback gets it. */
  begin(): void
  end(how: JoinEnd): void
  /** Makes further attempts. @returns the error of the last one; undefined when one has succeeded */
  attempt(failure: unknown, attempt: () => unknown): Promise<unknown>
  /** Ends it as failed for good. @param isLogged whether the error is in the log already */
  fail(error: unknown, isLogged: boolean): Promise<void>
}

/** Place of one stream in a join of several. */
export interface Joining {
  /** Adds an item. @returns a promise when there is no room for it yet, which resolves when it has been added, or has left */
  add(item: JoinItem): Promise<void> | undefined
  /** Notes that no more items come, so that nothing waits for them. Those that are there stay. */
  end(): void
  /** Takes the items away that the callback does not have. Resolves when it has none. */
  leave(): Promise<void>
}

/** Options of one stream: all settings of its modifier, and the callback and source of the stream. */
export interface StreamOptions extends Omit<StreamSettings, 'delivery' | 'onError' | 'share'> {
  call: string
  /** Name of the source in the summary; null for an iterable passed by a program. */
  source: string | null
  /** Name of the callback of this node whose results are streamed, in place of a source. */
  resultsOf?: string | undefined
  /** Side of a join that the stream is. */
  as?: string | undefined
  /** Number that the only item had in the durable stream `source`, as whose dead letter it is replayed. */
  letter?: number | undefined
  delivery: Delivery
  onError: OnError
  share: boolean
  /** Key by which the items are shared: a path in them, or a function. */
  by?: KeyPath | undefined
  /** True when the items are what the callback `call` yields, for its caller. */
  yields: boolean
  /** Only node to stream to; absent: every node that offers the callback. */
  to?: string | undefined
  /** Listener that gets a snapshot at the first item, then a few times a second. */
  onProgress?: ((snapshot: StreamSummary) => void) | undefined
  /**
   * Signal that aborts when the source is stopped early: a durable stream then stays unfinished, and can be resumed.
   */
  stopping?: AbortSignal | undefined
  /** Ends the stream at once. To end it gently, end the iterable. */
  signal?: AbortSignal | undefined
}

/** Facts about one stream that all modules of its writer share. */
export interface StreamContext {
  /** Id of the stream; of a durable stream, of this writer's session. */
  id: string
  options: StreamOptions
  ports: StreamPorts
  connections: StreamConnections
}
