import { setTimeout as delay } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import { forgetRun, readRunFiles, stateOfRun } from '../../../runs/index.js'
import { endedRun, runInfo, type EndedRun, type FoundRun } from './found-run.js'
import { idOf, type RunsView } from './look-at-runs.js'

const POLL_MS = 100
/** Time for a graceful end: streams are drained for 10 s, and calls ended for 15 s, in the worst case. */
const END_MS = 40_000
/** Time in which the nodes of a killed supervisor are gone. */
const ORPHANS_MS = 3000

/**
 * Ends a run gracefully, and waits until nothing of it is left. A supervisor of this machine that does not end in time is killed,
 * and its nodes end with it. A run of another machine that does not answer is forgotten.
 * @throws DaffiError DAFFI_NO_RUN when a run of another machine does not end
 */
export async function endRun(
  view: RunsView,
  project: string,
  run: FoundRun,
  signal: AbortSignal,
): Promise<EndedRun> {
  if (!run.status && run.file && stateOfRun(run.file) === 'elsewhere') {
    await forgetRun(project, run.file.id)
    return endedRun(run.file)
  }
  const isTold = await view.order(run, { order: 'end' }).then(
    () => run.status !== undefined,
    () => false,
  )
  // Without its server a run cannot be reached otherwise.
  if (!isTold) signalRun(run, 'SIGTERM')
  const until = performance.now() + END_MS
  while (!(await isOver(view, run))) {
    if (performance.now() > until) {
      if (!run.file || stateOfRun(run.file) === 'elsewhere') throw stuck(run)
      signalRun(run, 'SIGKILL')
      await delay(ORPHANS_MS, undefined, { signal })
      break
    }
    await delay(POLL_MS, undefined, { signal })
  }
  const ended = await endOf(project, run)
  const { pipeline, id, host, pid, since, background } = runInfo(run)
  const at = new Date().toISOString()
  return ended ?? { pipeline, id, host, pid, since, background, at, error: null, result: null }
}

/** How a run has ended; undefined when nobody has written it down here: of a run in a terminal, or of another machine. */
export async function endOf(project: string, run: FoundRun): Promise<EndedRun | undefined> {
  const files = await readRunFiles(project)
  const file = files.find(({ id }) => id === idOf(run))
  return file && endedRun(file)
}

/**
 * Whether a run is over. Its process is asked about of a run of this machine: when that is gone, everything is. Others are over when
 * nobody answers for them.
 */
export async function isOver(view: RunsView, run: FoundRun): Promise<boolean> {
  const state = run.file && stateOfRun({ ...run.file, ended: null })
  if (state && state !== 'elsewhere') return state !== 'lives'
  return (await view.again(run))?.status === undefined
}

function signalRun({ file }: FoundRun, name: NodeJS.Signals): void {
  if (!file || stateOfRun({ ...file, ended: null }) !== 'lives') return
  try {
    process.kill(file.process.pid, name)
  } catch {
    // It has ended by itself, or belongs to another process table.
  }
}

function stuck({ pipeline, status }: FoundRun): DaffiError {
  const where = `on ${status?.host ?? 'another host'}, process ${status?.pid ?? ''}`
  return new DaffiError('DAFFI_NO_RUN', `the run of ${pipeline} (${where}) has not ended in time`)
}
