import * as Flags from '@oclif/core/flags'
import { DaffiError } from '../../runtime/core/errors.js'
import { NOTHING_RUNS } from '../../runtime/core/no-run.js'
import type { RunInfo } from '../../runtime/index.js'
import { describeRun } from './run-lines.js'

/** The one run that is meant, as a flag. */
export const runFlag = Flags.custom({ helpValue: 'ID' })

/** The runs that a command is about, where an id may say which one. @throws DaffiError DAFFI_NO_RUN for an id that none has */
export function runsMeant<T>(
  runs: readonly T[],
  id: string | undefined,
  infoOf: (run: T) => RunInfo,
): readonly T[] {
  if (id === undefined) return runs
  const meant = runs.filter((run) => infoOf(run).id === id)
  if (meant.length > 0) return meant
  const ids = runs.map((run) => infoOf(run).id)
  throw new DaffiError(
    'DAFFI_NO_RUN',
    `no run has the id ${id}; ${ids.length > 0 ? `there is ${ids.join(', ')}` : NOTHING_RUNS}`,
  )
}

/** Tells which of several runs could be meant. @param more another way to say it */
export function severalRuns(runs: readonly RunInfo[], more = ''): DaffiError {
  const list = runs.map((run) => `${run.id}: ${run.pipeline}, ${describeRun(run, Date.now())}`)
  return new DaffiError('DAFFI_NO_RUN', `there are ${runs.length} runs:\n${list.join('\n')}`, {
    next: `Name the pipeline file with -f, or one run with --run ID${more}.`,
  })
}
