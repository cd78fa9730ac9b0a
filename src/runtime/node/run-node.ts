import { deferred } from '../core/deferred.js'
import type { ErrorRecord } from '../core/errors.js'
import { createLogger } from '../core/logger.js'
import type { NodePlan, Plan } from '../core/plan.js'
import { announcePipeline } from '../core/running.js'
import type { ServerHandle, ServerInfo } from '../nats/index.js'
import { aborted } from './aborted.js'
import { enterNodeEnv } from './child-env.js'
import { startHost } from './host.js'
import { drainAndLeave } from './leave.js'
import { isCallReport, type NodeReport } from './messages.js'
import { openRun, type OpenOptions } from './open-run.js'
import { Outcome, type CallResult, type StreamResult } from './outcome.js'
import { firstFailure } from './result.js'
import { RunClock } from './run-clock.js'
import { setupOf, withDeliveries } from './setup.js'
import type { SupervisorOptions } from './supervisor.js'
import { tellStatus } from './tell-status.js'
import { watchUncaught } from './uncaught.js'

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
 * Runs one node of a pipeline in this very process, whose environment loses the server's secrets and takes the node's `env`.
 * @throws DaffiError DAFFI_UNCAUGHT, the server's end if it is ours, and those of opening the server, of loading callbacks and of joining
 */
export async function runNode(plan: Plan, node: NodePlan, options: RunNodeOptions): Promise<NodeRunResult> {
  const [prepared = node] = withDeliveries([node], plan.sources)
  const opened: (() => Promise<void>)[] = []
  try {
    const server = await openRun(plan, [prepared], { ...options, signal: options.stop })
    opened.push(() => server.close())
    opened.push(await announcePipeline(plan.project, plan))
    const telling = await tellStatus(plan.name, server, options)
    opened.push(telling.close)
    enterNodeEnv(prepared.env)
    return await hostNode(plan, prepared, server, { ...options, onEvent: telling.onEvent })
  } finally {
    for (const close of opened.reverse()) await close()
  }
}

async function hostNode(
  plan: Plan,
  node: NodePlan,
  server: ServerHandle,
  options: RunNodeOptions,
): Promise<NodeRunResult> {
  const { logLevel, stay, stop, force, durationMs, onEvent } = options
  const log = createLogger(logLevel, (line) => onEvent({ type: 'line', node: node.name, line }))
  const outcome = new Outcome([node])
  const clock = new RunClock(durationMs)
  const broken = deferred<never>()
  const unwatch = watchUncaught(node.name, broken.reject)
  void server.failed.then(broken.reject)
  onEvent({ type: 'server', server: server.info, nodes: [node.name] })

  const report = (each: NodeReport): void => {
    if (each.type === 'ready')
      onEvent({ type: 'state', node: node.name, state: 'ready', restarts: 0, error: undefined })
    if (!isCallReport(each)) return
    outcome.take(node.name, each)
    const call = node.calls[each.index]
    if (call) onEvent({ type: 'call', node: node.name, plan: call, report: each })
    if (each.type === 'progress' && each.summary.items > 0) clock.begin()
  }

  try {
    const setup = setupOf(plan, node, server, { logLevel })
    const host = await Promise.race([
      startHost(setup, { log, report, onLost: broken.reject, signal: stop }),
      broken.promise,
    ])
    if (!node.calls.some(({ modifier }) => modifier.kind === 'STREAM')) clock.begin()
    const ends = [aborted(stop), aborted(force), clock.over, ...(stay ? [] : [host.settled])]
    await Promise.race([...ends, broken.promise])
    await Promise.race([drainAndLeave(host), aborted(force), broken.promise])
  } finally {
    clock.cancel()
    unwatch()
  }
  outcome.cut(node.name)
  const { calls, streams } = outcome
  const error = firstFailure([...calls, ...streams])
  return {
    ...(error ? { error } : {}),
    pipeline: plan.name,
    node: node.name,
    server: server.info,
    calls,
    streams,
  }
}
