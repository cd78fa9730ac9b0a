import { announcePipeline } from '../core/running.js'
import type { Plan } from '../core/plan.js'
import { chooseNodes } from './choose-nodes.js'
import { openRun, type OpenOptions } from './open-run.js'
import type { PipelineResult } from './result.js'
import { withDeliveries } from './setup.js'
import { Supervisor, type SupervisorOptions } from './supervisor.js'

export interface RunPipelineOptions extends SupervisorOptions, Pick<OpenOptions, 'server' | 'onFetch'> {
  /** Names of the nodes to run; all without it. */
  only?: string[] | undefined
}

/**
 * Runs a pipeline, each node in a process of its own, on the server that is there or else one of its own, until every call has
 * settled, the duration is over, a node fails or `stop` aborts. A run that fails resolves too, with `error` in its result.
 * @throws DaffiError DAFFI_USAGE, and those of opening the server
 */
export async function runPipeline(plan: Plan, options: RunPipelineOptions): Promise<PipelineResult> {
  const nodes = withDeliveries(chooseNodes(plan, options.only), plan.sources)
  const server = await openRun(plan, nodes, { ...options, absent: 'run', signal: options.stop })
  const withdraw = await announcePipeline(plan.project, plan)
  try {
    return await new Supervisor(plan, nodes, server, options).run()
  } finally {
    await withdraw()
    await server.close()
  }
}
