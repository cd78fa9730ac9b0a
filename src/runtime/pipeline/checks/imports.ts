import { extname } from 'node:path'
import { faultsOfModules, MODULE_EXTENSIONS } from '../../callback/index.js'
import type { Path } from '../diagnose/key-path.js'
import { addModuleDiagnostic } from '../diagnose/module-diagnostic.js'
import { kindOfPath, modulePath } from '../read/file-paths.js'
import type { CheckContext } from './check-context.js'
import { pathOfCallback } from './offered.js'

/** Reports what the modules of nodes and sources import, directly or indirectly, and cannot get. */
export async function checkImports(context: CheckContext): Promise<void> {
  const { callbacks, diagnostics } = context
  const modules = await modulesOf(context)
  // What is wrong in these files themselves was reported when they were looked up.
  const read = new Set([...modules.keys(), ...(callbacks?.faults ?? []).map(({ file }) => file)])
  for (const [root, faults] of await faultsOfModules([...modules.keys()])) {
    for (const fault of faults) {
      const isKnown = fault.code === 'DAFFI_MODULE_SYNTAX' && read.has(fault.file)
      if (!isKnown) addModuleDiagnostic(fault, modules.get(root) ?? [], diagnostics)
    }
  }
}

/** Each module of a node's callbacks or of a source, with the first key that needs it. */
async function modulesOf({ folder, pipeline, callbacks }: CheckContext): Promise<Map<string, Path>> {
  const modules = new Map<string, Path>()
  const add = (file: string, path: Path): unknown => modules.has(file) || modules.set(file, path)
  for (const node of pipeline.nodes) {
    for (const [index, entry] of node.value.callbacks?.entries() ?? []) {
      const found = callbacks?.found.get(entry.name)
      if (found) add(found.file, pathOfCallback(node, index, entry))
    }
  }
  for (const { path, value } of pipeline.sources) {
    if (value.kind !== 'module' || value.module === undefined) continue
    const file = modulePath(folder, value.module)
    const isModule = MODULE_EXTENSIONS.includes(extname(file)) && (await kindOfPath(file)) === 'file'
    if (isModule) add(file, [...path, 'module'])
  }
  return modules
}
