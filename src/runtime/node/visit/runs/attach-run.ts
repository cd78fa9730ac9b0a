import { setTimeout as delay } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import type { LogRecord } from '../../../logs/index.js'
import { endOf, isOver } from './end-runs.js'
import { runInfo, type EndedRun, type FoundRun } from './found-run.js'
import type { RunsView } from './look-at-runs.js'
import { filtered, lastOf, sourceOf } from './run-records.js'

const POLL_MS = 100

interface AttachOptions {
  project: string
  /** Number of the last records to begin with. */
  tail: number
  /** Leaves the run alone again. */
  signal: AbortSignal
  onRecord: (record: LogRecord) => Promise<void>
}

/**
 * Follows a run until it ends, with all that its nodes print and what becomes of them.
 * @returns how it has ended; undefined when the signal has aborted before
 * @throws DaffiError DAFFI_NO_RUN when that cannot be known: it was killed, or runs in a terminal or on another host
 */
export async function attachRun(
  view: RunsView,
  run: FoundRun,
  { project, tail, signal, onRecord }: AttachOptions,
): Promise<EndedRun | undefined> {
  const { since } = runInfo(run)
  const source = sourceOf(view, project, run)
  // Files have records of earlier runs, too.
  const before = filtered(source.fresh(), ({ time }) => time >= since)
  for await (const record of lastOf(before, tail)) await onRecord(record)
  let over = false
  while (!over && !signal.aborted) {
    // Looked at first: what is read after the end is all that there is.
    over = await isOver(view, run)
    for await (const record of source.fresh()) await onRecord(record)
    if (!over) await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
  }
  if (!over) return undefined
  const ended = await endOf(project, run)
  if (!ended) throw unknownEnd(run)
  if (ended.at === null) throw new DaffiError('DAFFI_NO_RUN', `the run of ${run.pipeline} was killed`)
  return ended
}

function unknownEnd(run: FoundRun): DaffiError {
  const { pipeline, host } = runInfo(run)
  const where = run.file ? 'the terminal' : host
  return new DaffiError('DAFFI_NO_RUN', `the run of ${pipeline} has ended; how is known in ${where} only`, {
    next: run.file ? 'Look there.' : 'Ask daffi ps there.',
  })
}
