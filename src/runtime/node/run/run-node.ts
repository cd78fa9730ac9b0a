import type { ErrorRecord } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'
import { announcePipeline } from '../../core/project/running.js'
import type { ServerInfo } from '../../nats/index.js'
import { openRunServer, type RunServerOptions } from '../prepare/open-run-server.js'
import { withDeliveries } from '../prepare/with-deliveries.js'
import type { CallResult, StreamResult } from '../supervise/report/run-results.js'
import type { StageResult } from '../supervise/report/stage-results.js'
import { serveRunStatus } from '../supervise/report/serve-run-status.js'
import { Supervisor, type SupervisorOptions } from '../supervise/supervisor.js'

export interface RunNodeOptions
  extends
    Omit<SupervisorOptions, 'stay' | 'record' | 'watched' | 'restarts'>,
    Pick<RunServerOptions, 'server' | 'absent' | 'timeoutMs' | 'onFetch'> {
  /** Whether the run continues when every call has settled. */
  stay: boolean
}

/** The result of a run of one node. */
export interface NodeRunResult {
  /** The first error of a call or a stream; absent when the run succeeded. */
  error?: ErrorRecord
  pipeline: string
  node: string
  server: ServerInfo
  calls: CallResult[]
  streams: StreamResult[]
  stages: StageResult[]
}

/**
 * Runs one node of a pipeline. Its process is started once; its restart policy holds for its calls only. It has a process of its own, because a callback in a busy
 * loop would keep this process from reacting to signals.
 * @throws DaffiError DAFFI_UNCAUGHT, DAFFI_NODE_DIED, the failure of our own server, and those of opening the server, of
 * loading callbacks and of joining
 */
export async function runNode(plan: Plan, node: NodePlan, options: RunNodeOptions): Promise<NodeRunResult> {
  const nodes = withDeliveries([node], plan)
  const opened: (() => Promise<void>)[] = []
  try {
    const server = await openRunServer(plan, nodes, { ...options, signal: options.stop })
    opened.push(() => server.close())
    opened.push(await announcePipeline(plan.project, plan))
    const status = await serveRunStatus(plan.name, server, options)
    opened.push(status.close)
    const supervisor = new Supervisor(plan, nodes, server, {
      ...options,
      restarts: false,
      onEvent: status.onEvent,
    })
    const { error, calls, streams, stages } = await supervisor.run()
    if (supervisor.failure) throw supervisor.failure
    return {
      ...(error ? { error } : {}),
      pipeline: plan.name,
      node: node.name,
      server: server.info,
      calls,
      streams,
      stages,
    }
  } finally {
    for (const close of opened.reverse()) await close()
  }
}
