import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parseModule } from '../parse/babel.js'
import { importsOf, type ImportOutline } from '../parse/imports.js'
import { moduleFailed } from '../parse/module-error.js'
import { isTypeScript, MODULE_EXTENSIONS, toFault, type ModuleFault } from '../parse/module-file.js'
import { refuseUncompilable } from '../parse/uncompilable.js'
import { ImportResolver, isInstalled } from './import-resolver.js'

/** Imported files of each file, and the tsconfig.json that says where they are; installed packages are left out. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>

interface Walk {
  graph: Map<string, string[]>
  /** Faults of the modules that a root leads to, and no root before it. */
  faults: Map<string, ModuleFault[]>
}

/**
 * Finds all modules that these ones import, directly and indirectly, by parsing them. An import that cannot be resolved is left out.
 * @throws DaffiError DAFFI_MODULE_FAILED, with the location, for a module that cannot be read or parsed
 */
export async function graphModules(roots: string[]): Promise<ModuleGraph> {
  const { graph, faults } = await walkModules(roots)
  const broken = [...faults.values()].flat().find(({ code }) => code === 'DAFFI_MODULE_SYNTAX')
  if (!broken) return graph
  const { file, line, column, message } = broken
  throw moduleFailed(file, `ParseError: ${message}\n ${file}:${line}:${column - 1}`)
}

/**
 * Finds what keeps modules from being loaded: imports of what does not exist, and faults of what they import.
 * @returns each fault once, under the first module that leads to it
 */
export async function faultsOfModules(roots: string[]): Promise<ReadonlyMap<string, ModuleFault[]>> {
  return (await walkModules(roots)).faults
}

async function walkModules(roots: string[]): Promise<Walk> {
  const walk: Walk = { graph: new Map(), faults: new Map() }
  for (const root of roots) {
    const resolver = new ImportResolver(root)
    if (resolver.tsconfig !== undefined) walk.graph.set(resolver.tsconfig, [])
    const faults: ModuleFault[] = []
    walk.faults.set(root, faults)
    await visit(root, resolver, walk.graph, faults)
  }
  return walk
}

async function visit(
  file: string,
  resolver: ImportResolver,
  graph: Walk['graph'],
  faults: ModuleFault[],
): Promise<void> {
  if (graph.has(file)) return
  const imported: string[] = resolver.tsconfig === undefined ? [] : [resolver.tsconfig]
  graph.set(file, imported)
  const { text, imports } = await readImports(file, faults)
  for (const { specifier, line, column, isNeeded } of imports) {
    const found = await resolver.resolve(specifier, file)
    if (found?.file !== undefined && !isInstalled(found.file)) {
      imported.push(found.file)
      await visit(found.file, resolver, graph, faults)
    }
    if (!found && isNeeded) {
      const what = /^[./#]/.test(specifier) ? 'module' : 'module or package'
      const message = `there is no ${what} ${specifier}`
      faults.push({ code: 'DAFFI_MISSING_MODULE', file, line, column, message, text })
    }
  }
}

async function readImports(
  file: string,
  faults: ModuleFault[],
): Promise<{ text: string; imports: ImportOutline[] }> {
  if (!MODULE_EXTENSIONS.includes(extname(file))) return { text: '', imports: [] }
  let text = ''
  try {
    text = await readFile(file, 'utf8')
    const typescript = isTypeScript(file)
    const parsed = parseModule(text, typescript)
    refuseUncompilable(parsed.program, file)
    return { text, imports: importsOf(parsed, typescript) }
  } catch (error) {
    faults.push(toFault(file, text, error))
    return { text, imports: [] }
  }
}

/** The files and everything that they import, each module after those that it imports. */
export function importedFirst(graph: ModuleGraph, files: readonly string[]): string[] {
  const order = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    graph.get(file)?.forEach(visit)
    order.add(file)
  }
  files.forEach(visit)
  return [...order]
}

/** The changed modules and all modules that import them, directly or indirectly. */
export function importersOf(graph: ModuleGraph, changed: Iterable<string>): Set<string> {
  const found = new Set(changed)
  // Iterating over a set includes values that are added meanwhile.
  for (const file of found) {
    for (const [importer, imported] of graph) if (imported.includes(file)) found.add(importer)
  }
  return found
}
