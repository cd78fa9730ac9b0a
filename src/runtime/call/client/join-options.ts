import type { Callback } from '../../callback/index.js'
import type { Logger } from '../../core/logger.js'
import type { ServerAddress, ServerInfo } from '../../nats/index.js'

export interface JoinOptions {
  /** Where the server is, and what may be told of it. */
  server: { address: ServerAddress; info: ServerInfo }
  pipeline: string
  processName: string
  callbacks: readonly Callback[]
  log: Logger
  signal?: AbortSignal | undefined
  /** When this process is gone, so is ours: the heart's thread sees to it. */
  parentPid?: number | undefined
}
