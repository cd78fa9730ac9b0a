import type { NatsConnection } from '@nats-io/transport-node'
import type { DaffiError } from '../../core/errors.js'
import { connectNats } from '../../nats/index.js'
import type { JoinOptions } from './join-options.js'

/** Options of joining, and the handler of the server's refusals. */
export type SideOptions = JoinOptions & { onRefused: (error: DaffiError) => void }

/** Opens a connection besides the node's own, which is closed when everything else is. */
export async function sideConnection(
  { server, processName, signal, onRefused }: SideOptions,
  what: string,
  opened: (() => unknown)[],
): Promise<NatsConnection> {
  const nc = await connectNats(server.address, { name: `${processName} (${what})`, signal, onRefused })
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
