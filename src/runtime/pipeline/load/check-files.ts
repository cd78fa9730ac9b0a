import { resolve } from 'node:path'
import { checkPipeline, type CheckOptions } from './check-pipeline.js'
import type { Fault } from '../diagnose/diagnostic.js'
import type { TestPlan } from '../plan/test-plan.js'

/**
 * Checks pipeline files and files of tests together: what is wrong with a pipeline comes once, though tests in other
 * files name it too.
 * @throws DaffiError DAFFI_PIPELINE_NOT_FOUND, DAFFI_PIPELINE_UNREADABLE
 */
export async function checkFiles(
  files: string[],
  options: CheckOptions = {},
): Promise<{ tests: TestPlan[]; faults: Fault[] }> {
  const tests: TestPlan[] = []
  const faults = new Map<string, Fault>()
  for (const file of files) {
    const checked = await checkPipeline(file, options)
    tests.push(...checked.tests)
    for (const fault of checked.faults) faults.set(keyOf(fault), fault)
  }
  return { tests, faults: [...faults.values()] }
}

function keyOf({ file, line, column, message }: Fault): string {
  return JSON.stringify([resolve(file), line, column, message])
}
