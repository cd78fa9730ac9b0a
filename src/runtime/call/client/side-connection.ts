import type { NatsConnection } from '@nats-io/transport-node'
import type { DaffiError } from '../../core/errors.js'
import { connectNats } from '../../nats/index.js'
import { connectPatiently } from './connect-patiently.js'
import type { JoinOptions } from './join-options.js'

/** Options of joining, and the handler of the server's refusals. */
export type SideOptions = JoinOptions & { onRefused: (error: DaffiError) => void }

/** Opens a connection besides the node's own, also while the server is started again. It is closed when everything else is. */
export async function sideConnection(
  options: SideOptions,
  what: string,
  opened: (() => unknown)[],
): Promise<NatsConnection> {
  const { server, processName, signal, onRefused } = options
  const name = `${processName} (${what})`
  const nc = await connectPatiently(() => connectNats(server.address, { name, signal, onRefused }), options)
  opened.unshift(() => nc.close())
  return nc
}

/** Makes a function that calls `open` once, and again only after a failure. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | undefined
  return () =>
    (opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    }))
}
