import type { Plan } from '../../core/plan/plan.js'
import { fromErrorRecord } from '../../core/errors.js'
import { prepareRecordings } from '../../source/index.js'
import { removeStaleSockets } from '../../unix/index.js'
import { openMetrics, prepareViewer, type MetricsAddress, type ViewerReach } from '../../view/index.js'
import { chooseNodes } from '../prepare/choose-nodes.js'
import { openRunServer, type RunServerOptions } from '../prepare/open-run-server.js'
import { withDeliveries } from '../prepare/with-deliveries.js'
import type { PipelineResult } from '../supervise/report/pipeline-result.js'
import { EarlyProcesses } from '../supervise/early-processes.js'
import { Supervisor } from '../supervise/supervisor.js'
import type { SupervisorOptions } from '../supervise/supervisor-options.js'
import { limitDeadLetters } from './limit-dead-letters.js'
import { OpenRun, type OpenRunOptions } from './open-run.js'
import { showViewer } from './show-viewer.js'

export interface RunPipelineOptions
  extends
    Omit<SupervisorOptions, 'watched' | 'restarts' | 'early' | 'followHeartbeats'>,
    Pick<RunServerOptions, 'server' | 'onFetch'>,
    Pick<OpenRunOptions, 'background'> {
  /** Names of the nodes to run. @default all */
  only?: string[] | undefined
  /** Whether changed files are applied to the run, which then ends only when `stop` aborts. @default false */
  watch?: boolean | undefined
  /** Serves the viewer. @default no viewer */
  view?: ViewerReach | undefined
  /** Serves metrics and probes there. @default they are not served */
  metrics?: MetricsAddress | undefined
}

/**
 * Runs a pipeline, each node in a process of its own, until every call has settled, the duration is over, a node fails or
 * `stop` aborts. When no server is found, the run starts one of its own. A run that fails resolves too, with `error` in its
 * result.
 * @throws DaffiError DAFFI_USAGE, also for a folder that cannot be recorded to, DAFFI_ALREADY_RUNS; those of `prepareViewer` and of
 * opening the server
 */
export async function runPipeline(plan: Plan, options: RunPipelineOptions): Promise<PipelineResult> {
  const nodes = withDeliveries(chooseNodes(plan, options.only), plan)
  const viewer = options.view && (await prepareViewer(options.view))
  if (options.record !== undefined) prepareRecordings(options.record, Object.keys(plan.sources))
  // Nodes that were killed have left their sockets.
  const opened: (() => Promise<void>)[] = [removeStaleSockets]
  let failure: unknown
  let result: PipelineResult | undefined
  try {
    const early = new EarlyProcesses(plan.name, nodes)
    opened.push(() => early.close())
    const server = await openRunServer(plan, nodes, { ...options, absent: 'run', signal: options.stop })
    opened.push(() => server.close())
    const run = await OpenRun.open(plan, server, { ...options, alone: nodes.map(({ name }) => name) })
    opened.push(() => run.close(failure, result))
    opened.push(limitDeadLetters(plan, server, options.log))
    if (options.metrics) {
      const { log, stop: signal, metrics } = options
      opened.push(await openMetrics(plan, server, { ...metrics, log, signal }))
    }
    if (viewer) opened.push(await showViewer(plan, server, { ...options, viewer }))
    // Loaded here: most runs watch nothing, and its libraries take time to load.
    const watching = options.watch ? await import('../watch/index.js') : undefined
    const watched = await watching?.WatchedPipeline.open(plan, options.only)
    const stay = options.stay || nodes.every(({ calls }) => calls.length === 0)
    const { onEvent, stop, followHeartbeats } = run
    const supervisor = new Supervisor(plan, nodes, server, {
      ...options,
      stay,
      watched,
      early,
      onEvent,
      stop,
      followHeartbeats,
    })
    run.obey(supervisor)
    if (watching && watched) opened.push(watching.watchPipeline(watched, supervisor, options.log))
    result = await supervisor.run()
    failure = result.error && fromErrorRecord(result.error)
    return result
  } catch (error) {
    failure = error
    throw error
  } finally {
    for (const close of opened.reverse()) await close()
  }
}
