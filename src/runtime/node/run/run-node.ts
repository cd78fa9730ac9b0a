import { fromErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan/plan.js'
import type { ServerInfo } from '../../nats/index.js'
import { removeStaleSockets } from '../../unix/index.js'
import { openRunServer, type RunServerOptions } from '../prepare/open-run-server.js'
import { withDeliveries } from '../prepare/with-deliveries.js'
import type { CallResult, StreamResult } from '../supervise/report/run-results.js'
import type { StageResult } from '../supervise/report/stage-results.js'
import { Supervisor } from '../supervise/supervisor.js'
import type { SupervisorOptions } from '../supervise/supervisor-options.js'
import { OpenRun } from './open-run.js'

export interface RunNodeOptions
  extends
    Omit<SupervisorOptions, 'stay' | 'record' | 'watched' | 'restarts' | 'followHeartbeats'>,
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
  // Nodes that were killed have left their sockets.
  const opened: (() => Promise<void>)[] = [removeStaleSockets]
  let failure: unknown
  try {
    const server = await openRunServer(plan, nodes, { ...options, signal: options.stop })
    opened.push(() => server.close())
    const run = await OpenRun.open(plan, server, options)
    opened.push(() => run.close(failure))
    const supervisor = new Supervisor(plan, nodes, server, {
      ...options,
      restarts: false,
      onEvent: run.onEvent,
      followHeartbeats: run.followHeartbeats,
      stop: run.stop,
    })
    run.obey(supervisor)
    const { error, calls, streams, stages } = await supervisor.run()
    if (supervisor.failure) throw supervisor.failure
    failure = error && fromErrorRecord(error)
    return {
      ...(error ? { error } : {}),
      pipeline: plan.name,
      node: node.name,
      server: server.info,
      calls,
      streams,
      stages,
    }
  } catch (error) {
    failure = error
    throw error
  } finally {
    for (const close of opened.reverse()) await close()
  }
}
