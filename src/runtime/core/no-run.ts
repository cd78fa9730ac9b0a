import { DaffiError } from './errors.js'

/** Words for that no pipeline runs in this project. */
export const NOTHING_RUNS = 'nothing runs here'

/**
 * The error of a command for a running pipeline, where none runs.
 * @param pipeline the one that is meant; undefined when any would do
 * @param more the rest of the sentence
 */
export function noRun(pipeline?: string, more = ''): DaffiError {
  const what = pipeline === undefined ? NOTHING_RUNS : `${pipeline} does not run`
  return new DaffiError('DAFFI_NO_RUN', what + more, {
    next: 'Start a pipeline with daffi up -d, or name the file of one that runs with -f (--file).',
  })
}

/** The error of a run that is there, as far as is known, and does not answer. */
export function silentRun(pipeline: string): DaffiError {
  return new DaffiError('DAFFI_NO_RUN', `the run of ${pipeline} does not answer`)
}
