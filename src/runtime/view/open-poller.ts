import type { NatsConnection } from '@nats-io/transport-node'
import { messageOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Plan } from '../core/plan/plan.js'
import { connectNats, type ServerHandle } from '../nats/index.js'
import { NatsLink } from '../stream/index.js'
import { Board } from './board/board.js'
import { StatusPoller } from './board/status-poller.js'

interface OpenPollerOptions {
  /** Name of the connection, and of what the log is told about. */
  name: string
  log: Logger
  signal: AbortSignal
}

/** A pipeline that is looked at, by a connection of its own. */
export interface Watched {
  nc: NatsConnection
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  /** Gets errors of answers that cannot be used. */
  onFailure: (error: unknown) => void
}

/** Connects to the server of a pipeline, to ask for its status. The connection is the caller's. @throws DaffiError those of connecting */
export async function openPoller(
  plan: Plan,
  server: Pick<ServerHandle, 'address' | 'info'>,
  { name, log, signal }: OpenPollerOptions,
): Promise<Watched> {
  const onFailure = (error: unknown): void => log.warn(`${name}: ${messageOf(error)}`)
  const nc = await connectNats(server.address, { name, signal, onRefused: onFailure })
  const link = new NatsLink(nc)
  const poller = new StatusPoller(link, plan.name, new Board(plan, server.info), onFailure)
  return { nc, link, pipeline: plan.name, poller, onFailure }
}
