import type { NatsConnection } from '@nats-io/transport-node'
import { joinPipeline, type Global } from '../../call/index.js'
import { randomId } from '../../core/names.js'
import type { Plan } from '../../core/plan/plan.js'
import { connectNats } from '../../nats/index.js'
import { openRunServer, type RunServerOptions } from '../prepare/open-run-server.js'

export type PipelineClientOptions = Pick<RunServerOptions, 'server' | 'signal' | 'log' | 'timeoutMs'>

/**
 * Joins a running pipeline for as long as `use` takes, as a node with a random name and without callbacks.
 * @throws DaffiError those of opening the server and of joining, and what `use` throws
 */
export async function withPipelineClient<T>(
  plan: Plan,
  options: PipelineClientOptions,
  use: (g: Global, nc: NatsConnection) => Promise<T>,
): Promise<T> {
  const { signal, log } = options
  const server = await openRunServer(plan, [], { ...options, absent: 'wait' })
  const nc = await connectNats(server.address, { name: 'daffi', signal })
  try {
    const processName = `visitor-${randomId()}`
    const g = await joinPipeline({ server, pipeline: plan.name, processName, callbacks: [], log, signal })
    try {
      return await use(g, nc)
    } finally {
      await g.close()
    }
  } finally {
    await nc.close()
  }
}
