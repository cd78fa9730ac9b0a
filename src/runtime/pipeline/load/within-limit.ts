import type { Diagnostic } from '../diagnose/diagnostic.js'
import { TooManyFaults } from '../diagnose/diagnostics.js'

/** Runs the checks of a file. When they were ended because of too many faults, the result is what `refused` makes of these. */
export async function withinLimit<T>(
  check: () => Promise<T>,
  refused: (diagnostics: Diagnostic[]) => T,
): Promise<T> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof TooManyFaults)) throw error
    return refused(error.diagnostics.sorted())
  }
}
