import type { ModuleFault } from '../../callback/index.js'
import type { Diagnostics } from './diagnostics.js'
import type { Path } from './key-path.js'

/**
 * Adds a diagnostic at its location in a module.
 * @param path key of the pipeline file that needs the module
 */
export function addModuleDiagnostic(fault: ModuleFault, path: Path, diagnostics: Diagnostics): void {
  const { code, file, line, column, message, text } = fault
  diagnostics.addAt(file, text, { line, column, length: 1 }, { code, message, path })
}
