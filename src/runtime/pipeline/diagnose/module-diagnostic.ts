import type { ModuleFault } from '../../callback/index.js'
import type { Path } from './diagnostic.js'
import type { FaultReport } from './diagnostics.js'

/** A fault in a module, at its place there; `path` is the part of the pipeline that needs the module. */
export function addModuleFault(fault: ModuleFault, path: Path, report: FaultReport): void {
  const { file, line, column, message, text } = fault
  report.addAt(file, text, { line, column, length: 1 }, { code: 'DAFFI_MODULE_SYNTAX', message, path })
}
