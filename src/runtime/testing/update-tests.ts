import type { TestFailure, TestResult } from './run-test.js'

/**
 * Writes what came into test files, in place of the expected values that differ. A value that the environment, an alias or a
 * bound gives is left as it is, and so is one that is not in the file.
 * @returns the results without the failures that were written, and the number of values by file
 */
export async function updateTests(
  results: readonly TestResult[],
): Promise<{ results: TestResult[]; written: Map<string, number> }> {
  // Loaded here, with the library for YAML: most programs never need it.
  const { updateFile } = await import('./update-file.js')
  const written = new Map<string, number>()
  const isDone = new Set<TestFailure>()
  for (const file of new Set(results.map((result) => result.file))) {
    const failures = results.filter((result) => result.file === file).flatMap((result) => result.failures)
    const done = failures.some(({ becomes }) => becomes) ? await updateFile(file, failures) : []
    for (const failure of done) isDone.add(failure)
    if (done.length > 0) written.set(file, done.length)
  }
  const updated = results.map((result) => {
    const failures = result.failures.filter((failure) => !isDone.has(failure))
    return { ...result, failures, passed: failures.length === 0 }
  })
  return { results: updated, written }
}
