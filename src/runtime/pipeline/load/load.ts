import { count } from '../../core/text/count.js'
import { DaffiError } from '../../core/errors.js'
import type { ModifierPlan, Plan } from '../../core/plan/plan.js'
import type { Diagnostic } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'
import { isTestFile } from '../read/file-paths.js'
import { assertProfiles } from './assert-profiles.js'
import { checkFiles, type PipelineToCheck } from './check-files.js'
import { checkPipeline, settingsOf, type CheckOptions } from './check-pipeline.js'
import type { CheckedPipeline } from './checked-pipeline.js'

/**
 * Loads the plan of a pipeline file.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every diagnostic in `details.faults`; DAFFI_PIPELINE_NOT_FOUND,
 * DAFFI_PIPELINE_UNREADABLE, DAFFI_ENV_UNREADABLE, DAFFI_NOT_OURS, DAFFI_UNKNOWN_PROFILE; DAFFI_USAGE for a test file, and when
 * no node takes part
 */
export async function loadPipeline(file: string, options: CheckOptions = {}): Promise<Plan> {
  refuseTests(file)
  return planOf(file, await checkPipeline(file, options), options)
}

/**
 * Loads a pipeline as it is understood, as data and as the YAML of a pipeline file.
 * @throws DaffiError those of `loadPipeline`
 */
export async function loadConfig(
  file: string,
  options: CheckOptions = {},
): Promise<{ config: Record<string, unknown>; yaml: string }> {
  refuseTests(file)
  const { checkWithContext } = await import('./check-text.js')
  const { stringify } = await import('yaml')
  const checked = await checkWithContext(file, settingsOf(options))
  planOf(file, checked, options)
  const config = checked.config?.() ?? {}
  return { config, yaml: stringify(config, { lineWidth: 0, aliasDuplicateObjects: false }) }
}

function refuseTests(file: string): void {
  if (!isTestFile(file)) return
  const next = 'Run it with daffi test, or name the pipeline file.'
  throw new DaffiError('DAFFI_USAGE', `${file} holds tests, it is not a pipeline file`, { next })
}

function planOf(file: string, { plan, profiles, diagnostics }: CheckedPipeline, options: CheckOptions): Plan {
  assertProfiles(options.profiles ?? [], [profiles])
  if (!plan) throw invalidPipeline(file, diagnostics)
  if (Object.keys(plan.nodes).length > 0) return plan
  throw new DaffiError(
    'DAFFI_USAGE',
    `no node of ${file} takes part: each has profiles, and none is active`,
    {
      next: `Name one with --profile: ${profiles?.join(', ') ?? ''}.`,
    },
  )
}

/**
 * Loads the tests of these pipeline files and test files.
 * @throws DaffiError DAFFI_PIPELINE_INVALID, with every diagnostic of all files in `details.faults`; DAFFI_NO_TESTS,
 * and those of `checkFiles`
 */
export async function loadTests(
  pipelines: readonly PipelineToCheck[],
  options: CheckOptions = {},
): Promise<TestPlan[]> {
  const { tests, diagnostics } = await checkFiles(pipelines, options)
  const files = pipelines.map(({ file }) => file)
  const what = files.length === 1 ? String(files[0]) : `one of ${count(files.length, 'file')}`
  if (diagnostics.length > 0) throw invalidPipeline(what, diagnostics)
  if (files.length === 0)
    throw new DaffiError('DAFFI_NO_TESTS', 'there is no test in this folder', {
      next: 'Make a first pipeline, and a test of it, with daffi init, or give the path of a file with tests.',
    })
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
