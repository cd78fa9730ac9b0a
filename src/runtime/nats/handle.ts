import type { DaffiError } from '../core/errors.js'
import type { ServerAddress, ServerInfo } from './address/server-address.js'

/** A server that is there to connect to. */
export interface ServerHandle {
  address: ServerAddress
  info: ServerInfo
  /** This process runs it, and it ends with `close` or with this process. */
  owned: boolean
  /** Resolves when an owned server is gone for good; never for a joined one. */
  failed: Promise<DaffiError>
  /** Ends an owned server; nothing to do for a joined one. May be called again. */
  close(): Promise<void>
}
