import { count } from '../core/text/count.js'
import { DaffiError } from '../core/errors.js'
import type { ModifierPlan, Plan } from '../core/plan.js'
import { checkPipeline, type CheckOptions } from './check.js'
import { checkFiles } from './check-files.js'
import type { Fault } from './fault.js'
import { isTestFile } from './paths.js'
import type { TestPlan } from './tests/plan.js'

/**
 * The plan of a pipeline file.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every fault in `details.faults`; DAFFI_PIPELINE_NOT_FOUND,
 * DAFFI_PIPELINE_UNREADABLE; DAFFI_USAGE for a file of tests
 */
export async function loadPipeline(file: string, options: CheckOptions = {}): Promise<Plan> {
  if (isTestFile(file)) {
    const next = 'Run it with daffi test, or name the pipeline file.'
    throw new DaffiError('DAFFI_USAGE', `${file} holds tests, and is no pipeline file`, { next })
  }
  const { plan, faults } = await checkPipeline(file, options)
  if (plan) return plan
  throw invalid(file, faults)
}

/**
 * The tests in these files, pipeline files or files of tests.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every fault of all files in `details.faults`; DAFFI_NO_TESTS,
 * DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function loadTests(files: string[], options: CheckOptions = {}): Promise<TestPlan[]> {
  const { tests, faults } = await checkFiles(files, options)
  const what = files.length === 1 ? String(files[0]) : `one of ${count(files.length, 'file')}`
  if (faults.length > 0) throw invalid(what, faults)
  if (tests.length === 0) throw new DaffiError('DAFFI_NO_TESTS', `there is no test in ${files.join(', ')}`)
  return tests
}

/** The error of files that are at fault. */
export function invalid(what: string, faults: Fault[]): DaffiError {
  const message = `${what} has ${count(faults.length, 'fault')}`
  return new DaffiError('DAFFI_PIPELINE_INVALID', message, { details: { faults } })
}

/**
 * A modifier that is written as in a pipeline file, such as `BROADCAST` or `{ BG: { eta: 2s } }`.
 * @throws DaffiError DAFFI_USAGE
 */
export async function loadModifier(text: string, defaultTimeoutMs: number): Promise<ModifierPlan> {
  const { parseModifier } = await import('./parse-modifier.js')
  return parseModifier(text, defaultTimeoutMs)
}
