import { announcePipeline } from '../../core/running.js'
import type { Plan } from '../../core/plan.js'
import { prepareRecordings } from '../../source/index.js'
import { chooseNodes } from '../prepare/choose-nodes.js'
import { openRun, type OpenOptions } from '../prepare/open-run-server.js'
import type { PipelineResult } from '../supervise/report/pipeline-result.js'
import { withDeliveries } from '../supervise/node-setup.js'
import { showViewer, type ShowViewerOptions } from './show-viewer.js'
import { Supervisor, type SupervisorOptions } from '../supervise/supervisor.js'
import { tellStatus } from '../supervise/report/serve-run-status.js'

export interface RunPipelineOptions
  extends Omit<SupervisorOptions, 'watched'>, Pick<OpenOptions, 'server' | 'onFetch'> {
  /** Names of the nodes to run; all without it. */
  only?: string[] | undefined
  /** Takes changes of the pipeline file and its modules into the run, which then ends only when it is told to. */
  watch?: boolean | undefined
  /** Serves a page on which the run can be watched. */
  view?: Pick<ShowViewerOptions, 'port'> | undefined
}

/**
 * Runs a pipeline, each node in a process of its own, on the server that is there or else one of its own, until every call has
 * settled, the duration is over, a node fails or `stop` aborts. A run that fails resolves too, with `error` in its result.
 * @throws DaffiError DAFFI_USAGE, also for a folder that cannot be recorded to, and those of opening the server
 */
export async function runPipeline(plan: Plan, options: RunPipelineOptions): Promise<PipelineResult> {
  const nodes = withDeliveries(chooseNodes(plan, options.only), plan.sources)
  if (options.record !== undefined) await prepareRecordings(options.record, Object.keys(plan.sources))
  const opened: (() => Promise<void>)[] = []
  try {
    const server = await openRun(plan, nodes, { ...options, absent: 'run', signal: options.stop })
    opened.push(() => server.close())
    opened.push(await announcePipeline(plan.project, plan))
    const telling = await tellStatus(plan.name, server, options)
    opened.push(telling.close)
    if (options.view) opened.push(await showViewer(plan, server, { ...options, ...options.view }))
    // Most runs watch nothing, and its libraries take their time.
    const watching = options.watch ? await import('../watch/index.js') : undefined
    const watched = await watching?.WatchedPipeline.open(plan, options.only)
    const stay = options.stay || nodes.every(({ calls }) => calls.length === 0)
    const { onEvent } = telling
    const supervisor = new Supervisor(plan, nodes, server, { ...options, stay, watched, onEvent })
    if (watching && watched) opened.push(watching.watchPipeline(watched, supervisor, options.log))
    return await supervisor.run()
  } finally {
    for (const close of opened.reverse()) await close()
  }
}
