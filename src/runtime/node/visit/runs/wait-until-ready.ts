import { setTimeout as delay } from 'node:timers/promises'
import { DaffiError, fromErrorRecord } from '../../../core/errors.js'
import { formatMs } from '../../../core/timeout.js'
import { isWell, runInfo, type FoundRun, type RunInfo } from './found-run.js'
import { idOf, type RunsView } from './look-at-runs.js'

const POLL_MS = 100

/**
 * Waits until all nodes of a run are ready, or done with their calls; a run that has ended without an error was.
 * @throws DaffiError DAFFI_NOT_READY, or the error with which the run has ended
 */
export async function waitUntilReady(
  view: RunsView,
  run: FoundRun,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RunInfo> {
  const until = performance.now() + timeoutMs
  for (let last = run; ;) {
    const now = await view.again(run)
    if (!now) {
      const file = view.over.find(({ id }) => id === idOf(run))
      if (file?.ended?.error) throw fromErrorRecord(file.ended.error)
      if (!file?.ended) throw new DaffiError('DAFFI_NO_RUN', `the run of ${run.pipeline} was killed`)
      return { ...runInfo(last), answers: false }
    }
    last = now
    const info = runInfo(now)
    if (info.answers && info.nodes.length > 0 && info.nodes.every(isWell)) return info
    if (performance.now() >= until) throw notReady(info, timeoutMs)
    await delay(POLL_MS, undefined, { signal })
  }
}

function notReady({ pipeline, answers, nodes }: RunInfo, timeoutMs: number): DaffiError {
  const left = nodes.filter((node) => !isWell(node))
  const why = left.map(({ name, state, error }) => `${name} is ${state}${error ? `: ${error.message}` : ''}`)
  const what = answers ? why.join('; ') : 'its supervisor does not answer'
  return new DaffiError('DAFFI_NOT_READY', `${pipeline} is not ready after ${formatMs(timeoutMs)}: ${what}`)
}
