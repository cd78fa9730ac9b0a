import type { Callback } from '../../callback/index.js'
import type { Logger } from '../../core/logger.js'
import type { ServerAddress, ServerInfo } from '../../nats/index.js'
import type { PushedItems } from '../../stream/index.js'
import type { CallTiming } from '../wire/timing.js'

/** Options for joining a pipeline once its server has been found. */
export interface JoinOptions {
  /** The server's address, and its description without secrets. */
  server: { address: ServerAddress; info: ServerInfo }
  pipeline: string
  processName: string
  callbacks: readonly Callback[]
  /** Streams of what callbacks of this node return for items. */
  results?: readonly { callback: string; items: PushedItems }[] | undefined
  log: Logger
  signal?: AbortSignal | undefined
  /** Process that this one must not outlive: the heartbeat worker ends this process when that one is gone. */
  parentPid?: number | undefined
  /** Milliseconds for which others wait for this node when it is silent. @default GRACE_MS */
  graceMs?: number | undefined
  /** Milliseconds that running calls and jobs may take once this node leaves. @default SHUTDOWN_GRACE_MS */
  shutdownMs?: number | undefined
  /** Times other than those of the protocol, for tests. All nodes of the pipeline must have the same. */
  timing?: Partial<CallTiming> | undefined
}
