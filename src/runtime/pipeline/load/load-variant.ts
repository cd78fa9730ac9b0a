import { basename, dirname, join } from 'node:path'
import type { z } from 'zod'
import type { Plan } from '../../core/plan/plan.js'
import type { source } from '../schema/source.js'
import type { mock } from '../schema/test.js'
import { settingsOf, type CheckOptions } from './check-pipeline.js'
import { invalidPipeline } from './load.js'

/** A source, written as in the pipeline file. */
export type SourceInput = z.input<typeof source>
/** Outcome of every call of a mocked callback: `{ returns: value }`, or `{ throws: message }`. */
export type MockInput = z.input<typeof mock>

/** Sources and mocks that replace a pipeline's own sources, results and callbacks, by name. */
export interface Replacements {
  /** Sources; their paths are relative to the pipeline file's folder. */
  sources?: Record<string, SourceInput> | undefined
  /** Sources whose items replace the results of callbacks; what comes before those callbacks is left out. */
  resultsOf?: Record<string, SourceInput> | undefined
  /** Outcomes of callbacks, which are then not run. */
  mocks?: Record<string, MockInput> | undefined
}

/**
 * Loads the plan of a pipeline file with some sources and callbacks replaced; the replacements are checked like those of a
 * test file.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every diagnostic in `details.faults`; DAFFI_PIPELINE_UNREADABLE
 */
export async function loadVariant(
  file: string,
  { sources = {}, resultsOf = {}, mocks = {} }: Replacements,
  options: CheckOptions = {},
): Promise<Plan> {
  // Imported here, as in check-pipeline.ts: most programs never need it.
  const { checkTestText } = await import('./check-test-text.js')
  const test = {
    pipeline: basename(file),
    tests: [{ name: basename(file), sources, results_of: resultsOf, mocks }],
  }
  const text = JSON.stringify(test, undefined, 2)
  const { tests, diagnostics } = await checkTestText(
    join(dirname(file), 'startPipeline'),
    text,
    settingsOf(options),
  )
  const [variant] = tests
  if (!variant) throw invalidPipeline(file, diagnostics)
  return variant.pipeline
}
