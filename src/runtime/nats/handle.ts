import type { DaffiError } from '../core/errors.js'
import type { ServerAddress, ServerInfo } from './address/server-address.js'

/** A server that is running and can be connected to. */
export interface ServerHandle {
  address: ServerAddress
  info: ServerInfo
  /** Whether this process runs the server; it then ends with `close` or with this process. */
  owned: boolean
  /** Resolves when an owned server has failed for good; never resolves for a joined one. */
  failed: Promise<DaffiError>
  /** Stops an owned server; does nothing for a joined one. May be called again. */
  close(): Promise<void>
}
