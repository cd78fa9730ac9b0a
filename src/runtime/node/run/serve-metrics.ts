import type { Plan } from '../../core/plan/plan.js'
import type { ServerHandle } from '../../nats/index.js'
import { openMetrics, type MetricsAddress } from '../../view/index.js'
import type { SupervisorOptions } from '../supervise/supervisor-options.js'

/**
 * Serves metrics and probes of a pipeline.
 * @returns a function that ends it
 */
export async function serveMetrics(
  plan: Plan,
  server: ServerHandle,
  { log, stop: signal }: Pick<SupervisorOptions, 'log' | 'stop'>,
  address: MetricsAddress,
): Promise<() => Promise<void>> {
  return await openMetrics(plan, server, { ...address, log, signal })
}
