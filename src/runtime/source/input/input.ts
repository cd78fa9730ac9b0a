import type { Connection, ConnectionLimits } from '../network/connection.js'

/** Arguments that make ffmpeg read one input. */
export interface Input {
  args: string[]
  /** Whether the input may be JPEGs, which then need not be decoded. */
  jpeg: boolean
  /** Connects to a network camera; the arguments of the connection come after `args`. @throws NetworkFailure */
  connect?: (limits: ConnectionLimits) => Promise<Connection>
}
