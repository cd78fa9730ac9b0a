import { announcePipeline } from '../core/running.js'
import type { Plan } from '../core/plan.js'
import { prepareRecordings } from '../source/index.js'
import { chooseNodes } from './choose-nodes.js'
import { openRun, type OpenOptions } from './open-run.js'
import type { PipelineResult } from './result.js'
import { withDeliveries } from './setup.js'
import { showViewer, type ShowViewerOptions } from './show-viewer.js'
import { Supervisor, type SupervisorOptions } from './supervisor.js'
import { tellStatus } from './tell-status.js'

export interface RunPipelineOptions extends SupervisorOptions, Pick<OpenOptions, 'server' | 'onFetch'> {
  /** Names of the nodes to run; all without it. */
  only?: string[] | undefined
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
    return await new Supervisor(plan, nodes, server, { ...options, onEvent: telling.onEvent }).run()
  } finally {
    for (const close of opened.reverse()) await close()
  }
}
