import type { Plan } from '../../core/plan/plan.js'
import { stateOfRun, withStartLock } from '../../runs/index.js'
import { chooseNodes } from '../prepare/choose-nodes.js'
import { runInfo, type FoundRun, type RunInfo } from '../visit/runs/found-run.js'
import { idOf, RunsView, type RunsScope } from '../visit/runs/look-at-runs.js'
import { waitUntilReady } from '../visit/runs/wait-until-ready.js'
import type { BackgroundOptions } from './messages.js'
import { startBackground, type StartOptions } from './start-background.js'

export type RunInBackgroundOptions = StartOptions & {
  scope: Pick<RunsScope, 'load' | 'log'>
  /** Longest wait until all nodes are ready, in milliseconds. @default there is none */
  waitMs?: number | undefined
}

/** A run in the background, and whether this call has started it. */
export interface BackgroundRun {
  started: boolean
  run: RunInfo
}

/**
 * Starts a run that lives without a terminal, unless one of its nodes runs already: then nothing is changed. A run that is not ready
 * in time goes on.
 * @throws DaffiError what has kept the run from starting; with `waitMs` also those of `waitUntilReady`
 */
export async function runInBackground(
  plan: Plan,
  options: BackgroundOptions,
  { scope: { load, log }, waitMs, ...start }: RunInBackgroundOptions,
): Promise<BackgroundRun> {
  const { signal } = start
  const names = chooseNodes(plan, options.only).map(({ name }) => name)
  const scope = { project: plan.project, plan, server: options.server, load, log, signal }
  const begun = await withStartLock(plan.project, plan.name, signal, async () => {
    await using before = await RunsView.open(scope)
    const known = before.runs.find((run) => concerns(run, names))
    return known
      ? { started: false, id: idOf(known) }
      : { started: true, id: (await startBackground(plan, options, start)).id }
  })
  await using view = await RunsView.open(scope)
  const found = [...view.runs, ...view.over.map(ofFile)].find((run) => idOf(run) === begun.id)
  // It may have ended already, and a run in the foreground leaves no file.
  const run = found ?? { pipeline: plan.name, status: undefined, file: undefined }
  const info = waitMs === undefined ? runInfo(run) : await waitUntilReady(view, run, waitMs, signal)
  return { started: begun.started, run: info }
}

/**
 * Whether a run has one of the nodes. Of one that does not answer that is not known; one of another machine that does not answer is
 * not there, as far as can be known.
 */
function concerns({ status, file }: FoundRun, names: readonly string[]): boolean {
  if (status) return names.some((name) => name in status.nodes)
  return file === undefined || stateOfRun(file) !== 'elsewhere'
}

function ofFile(file: NonNullable<FoundRun['file']>): FoundRun {
  return { pipeline: file.name, status: undefined, file }
}
