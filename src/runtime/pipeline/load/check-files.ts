import { resolve } from 'node:path'
import type { PipelineInputs } from '../../core/plan/plan.js'
import type { Diagnostic } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'
import { assertProfiles } from './assert-profiles.js'
import { checkPipeline, type CheckOptions } from './check-pipeline.js'

/** A pipeline file, or test file, and what it is read with. */
export interface PipelineToCheck {
  file: string
  inputs: Partial<PipelineInputs>
}

/**
 * Checks pipeline files and test files together. Diagnostics of a pipeline come once, even when several test files name
 * that pipeline.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE, DAFFI_ENV_UNREADABLE, DAFFI_NOT_OURS;
 * DAFFI_UNKNOWN_PROFILE for a profile that none of them has
 */
export async function checkFiles(
  pipelines: readonly PipelineToCheck[],
  options: CheckOptions = {},
): Promise<{ tests: TestPlan[]; diagnostics: Diagnostic[] }> {
  const tests: TestPlan[] = []
  const diagnostics = new Map<string, Diagnostic>()
  const profiles = new Map<string, string[] | undefined>()
  for (const { file, inputs } of pipelines) {
    const checked = await checkPipeline(file, { ...options, ...inputs })
    tests.push(...checked.tests)
    profiles.set(file, checked.profiles)
    for (const diagnostic of checked.diagnostics) diagnostics.set(keyOf(diagnostic), diagnostic)
  }
  assertProfiles(
    pipelines.flatMap(({ inputs }) => inputs.profiles ?? []),
    [...profiles.values()],
  )
  return { tests, diagnostics: [...diagnostics.values()] }
}

function keyOf({ file, line, column, message }: Diagnostic): string {
  return JSON.stringify([resolve(file), line, column, message])
}
