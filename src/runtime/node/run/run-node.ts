import type { ErrorRecord } from '../../core/errors.js'
import type { NodePlan, Plan } from '../../core/plan.js'
import { announcePipeline } from '../../core/running.js'
import type { ServerInfo } from '../../nats/index.js'
import { openRun, type OpenOptions } from '../prepare/open-run-server.js'
import type { CallResult, StreamResult } from '../supervise/report/run-results.js'
import { withDeliveries } from '../supervise/node-setup.js'
import { Supervisor, type SupervisorOptions } from '../supervise/supervisor.js'
import { tellStatus } from '../supervise/report/serve-run-status.js'

export interface RunNodeOptions
  extends
    Omit<SupervisorOptions, 'stay' | 'record' | 'watched'>,
    Pick<OpenOptions, 'server' | 'absent' | 'timeoutMs' | 'onFetch'> {
  /** Goes on when every call has settled. */
  stay: boolean
}

/** What one node's run came to. */
export interface NodeRunResult {
  /** Only of a run that failed: the first error of a call or a stream. */
  error?: ErrorRecord
  pipeline: string
  node: string
  server: ServerInfo
  calls: CallResult[]
  streams: StreamResult[]
}

/**
 * Runs one node of a pipeline once, whatever its restart policy, in a process of its own: a callback in a busy loop would
 * keep this one from hearing that it is to end.
 * @throws DaffiError DAFFI_UNCAUGHT, DAFFI_NODE_DIED, the server's end if it is ours, and those of opening the server, of
 * loading callbacks and of joining
 */
export async function runNode(plan: Plan, node: NodePlan, options: RunNodeOptions): Promise<NodeRunResult> {
  const nodes = withDeliveries([{ ...node, restart: 'no' }], plan.sources)
  const opened: (() => Promise<void>)[] = []
  try {
    const server = await openRun(plan, nodes, { ...options, signal: options.stop })
    opened.push(() => server.close())
    opened.push(await announcePipeline(plan.project, plan))
    const telling = await tellStatus(plan.name, server, options)
    opened.push(telling.close)
    const supervisor = new Supervisor(plan, nodes, server, { ...options, onEvent: telling.onEvent })
    const { error, calls, streams } = await supervisor.run()
    if (supervisor.failure) throw supervisor.failure
    return {
      ...(error ? { error } : {}),
      pipeline: plan.name,
      node: node.name,
      server: server.info,
      calls,
      streams,
    }
  } finally {
    for (const close of opened.reverse()) await close()
  }
}
