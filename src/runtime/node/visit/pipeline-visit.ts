import type { NatsConnection } from '@nats-io/transport-node'
import { joinPipeline, type Global } from '../../call/index.js'
import type { Logger } from '../../core/logger.js'
import { randomId } from '../../core/names.js'
import type { Plan } from '../../core/plan/plan.js'
import { connectNats, type ServerHandle } from '../../nats/index.js'
import { openRunServer, type RunServerOptions } from '../prepare/open-run-server.js'

export type VisitOptions = Pick<RunServerOptions, 'server' | 'signal' | 'log' | 'timeoutMs'>

/** A running pipeline that is visited, by a command or by the viewer. */
export interface PipelineVisit {
  pipeline: string
  nc: NatsConnection
  signal: AbortSignal
  /**
   * Joins for as long as `use` takes, as a node with a random name and without callbacks.
   * @throws DaffiError those of joining, and what `use` throws
   */
  join: <T>(use: (g: Global) => Promise<T>) => Promise<T>
}

/** Visits a pipeline for as long as `use` takes. @throws DaffiError those of opening the server, and what `use` throws */
export async function visitPipeline<T>(
  plan: Plan,
  options: VisitOptions,
  use: (visit: PipelineVisit) => Promise<T>,
): Promise<T> {
  const { signal, log } = options
  const server = await openRunServer(plan, [], { ...options, absent: 'wait' })
  const nc = await connectNats(server.address, { name: 'daffi', signal })
  try {
    return await use(pipelineVisit(plan.name, { nc, server, signal, log }))
  } finally {
    await nc.close()
  }
}

interface Visited {
  nc: NatsConnection
  server: Pick<ServerHandle, 'address' | 'info'>
  signal: AbortSignal
  log: Logger
}

/** Makes a visit by a connection of the caller's. */
export function pipelineVisit(pipeline: string, { nc, server, signal, log }: Visited): PipelineVisit {
  return {
    pipeline,
    nc,
    signal,
    join: async (use) => {
      const processName = `visitor-${randomId()}`
      const g = await joinPipeline({ server, pipeline, processName, callbacks: [], log, signal })
      try {
        return await use(g)
      } finally {
        await g.close()
      }
    },
  }
}
