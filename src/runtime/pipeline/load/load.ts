import { count } from '../../core/text/count.js'
import { DaffiError } from '../../core/errors.js'
import type { ModifierPlan, Plan } from '../../core/plan/plan.js'
import type { Diagnostic } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'
import { isTestFile } from '../read/file-paths.js'
import { checkFiles } from './check-files.js'
import { checkPipeline, type CheckOptions } from './check-pipeline.js'

/**
 * Loads the plan of a pipeline file.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every diagnostic in `details.faults`; DAFFI_PIPELINE_NOT_FOUND,
 * DAFFI_PIPELINE_UNREADABLE; DAFFI_USAGE for a test file
 */
export async function loadPipeline(file: string, options: CheckOptions = {}): Promise<Plan> {
  if (isTestFile(file)) {
    const next = 'Run it with daffi test, or name the pipeline file.'
    throw new DaffiError('DAFFI_USAGE', `${file} holds tests, it is not a pipeline file`, { next })
  }
  const { plan, diagnostics } = await checkPipeline(file, options)
  if (plan) return plan
  throw invalidPipeline(file, diagnostics)
}

/**
 * Loads the tests of these pipeline files and test files.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every diagnostic of all files in `details.faults`; DAFFI_NO_TESTS,
 * DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function loadTests(files: string[], options: CheckOptions = {}): Promise<TestPlan[]> {
  const { tests, diagnostics } = await checkFiles(files, options)
  const what = files.length === 1 ? String(files[0]) : `one of ${count(files.length, 'file')}`
  if (diagnostics.length > 0) throw invalidPipeline(what, diagnostics)
  if (tests.length === 0) throw new DaffiError('DAFFI_NO_TESTS', `there is no test in ${files.join(', ')}`)
  return tests
}

/** Error for files with diagnostics, which users see as faults. */
export function invalidPipeline(what: string, faults: Diagnostic[]): DaffiError {
  const message = `${what} has ${count(faults.length, 'fault')}`
  return new DaffiError('DAFFI_PIPELINE_INVALID', message, { details: { faults } })
}

/**
 * Loads a modifier that is written as in a pipeline file, such as `BROADCAST` or `{ BG: { delay: 2s } }`.
 * @throws DaffiError DAFFI_USAGE
 */
export async function loadModifier(text: string, defaultTimeoutMs: number): Promise<ModifierPlan> {
  const { parseModifier } = await import('./parse-modifier.js')
  return parseModifier(text, defaultTimeoutMs)
}
