import { basename, dirname, join } from 'node:path'
import type { z } from 'zod'
import type { Plan } from '../../core/plan.js'
import type { CheckOptions } from './check-pipeline.js'
import { invalid } from './load.js'
import type { source } from '../schema/source.js'
import type { mock } from '../schema/test.js'

/** A source as the pipeline file has it. */
export type SourceInput = z.input<typeof source>
/** What every call of a mocked callback comes to: `{ returns: value }`, or `{ throws: message }`. */
export type MockInput = z.input<typeof mock>

/** What takes the place of a pipeline's own, by name. */
export interface Replacements {
  /** Paths in them are from the pipeline file's folder. */
  sources?: Record<string, SourceInput> | undefined
  mocks?: Record<string, MockInput> | undefined
}

/**
 * The plan of a pipeline file with other sources and mocks in it, which are checked as those of a test in a file are.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every fault in `details.faults`; DAFFI_PIPELINE_UNREADABLE
 */
export async function loadVariant(
  file: string,
  { sources = {}, mocks = {} }: Replacements,
  { env = process.env }: CheckOptions = {},
): Promise<Plan> {
  // As in check.ts: most programs never need it.
  const { checkTestText } = await import('./check-test-text.js')
  const test = { pipeline: basename(file), tests: [{ name: basename(file), sources, mocks }] }
  const text = JSON.stringify(test, undefined, 2)
  const { tests, faults } = await checkTestText(join(dirname(file), 'startPipeline'), text, env)
  const [variant] = tests
  if (!variant) throw invalid(file, faults)
  return variant.pipeline
}
