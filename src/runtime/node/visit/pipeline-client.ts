import type { NatsConnection } from '@nats-io/transport-node'
import { joinPipeline, type Global } from '../../call/index.js'
import { randomId } from '../../core/names.js'
import type { Plan } from '../../core/plan.js'
import { connectNats } from '../../nats/index.js'
import { openRun, type OpenOptions } from '../prepare/open-run-server.js'

export type VisitOptions = Pick<OpenOptions, 'server' | 'signal' | 'log' | 'timeoutMs'>

/** Takes part in a running pipeline for as long as `visit` takes, under a name of its own and offering nothing. */
export async function visitPipeline<T>(
  plan: Plan,
  options: VisitOptions,
  visit: (g: Global, nc: NatsConnection) => Promise<T>,
): Promise<T> {
  const { signal, log } = options
  const server = await openRun(plan, [], { ...options, absent: 'wait' })
  const nc = await connectNats(server.address, { name: 'daffi', signal })
  try {
    const processName = `visitor-${randomId()}`
    const g = await joinPipeline({ server, pipeline: plan.name, processName, callbacks: [], log, signal })
    try {
      return await visit(g, nc)
    } finally {
      await g.close()
    }
  } finally {
    await nc.close()
  }
}
