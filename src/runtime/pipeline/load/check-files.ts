import { resolve } from 'node:path'
import type { Diagnostic } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'
import { checkPipeline, type CheckOptions } from './check-pipeline.js'

/**
 * Checks pipeline files and test files together. Diagnostics of a pipeline come once, even when several test files name
 * that pipeline.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function checkFiles(
  files: string[],
  options: CheckOptions = {},
): Promise<{ tests: TestPlan[]; diagnostics: Diagnostic[] }> {
  const tests: TestPlan[] = []
  const diagnostics = new Map<string, Diagnostic>()
  for (const file of files) {
    const checked = await checkPipeline(file, options)
    tests.push(...checked.tests)
    for (const diagnostic of checked.diagnostics) diagnostics.set(keyOf(diagnostic), diagnostic)
  }
  return { tests, diagnostics: [...diagnostics.values()] }
}

function keyOf({ file, line, column, message }: Diagnostic): string {
  return JSON.stringify([resolve(file), line, column, message])
}
