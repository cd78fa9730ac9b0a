import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseModule } from '../parse/babel.js'
import { importsOf } from '../parse/imports.js'
import { moduleFailed } from '../parse/module-error.js'
import { MODULE_EXTENSIONS } from '../parse/module-file.js'

/** Imported files of each file; packages are left out. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>

/**
 * Finds all modules that these ones import, directly and indirectly, by parsing them. An import that cannot be resolved is left out.
 * @throws DaffiError DAFFI_MODULE_FAILED, with the location, for a module that cannot be read or parsed
 */
export async function graphModules(roots: string[]): Promise<ModuleGraph> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, { fsCache: false })
  const graph = new Map<string, string[]>()
  const visit = async (file: string): Promise<void> => {
    if (graph.has(file)) return
    graph.set(file, [])
    const parentURL = pathToFileURL(file)
    for (const name of await ownImports(file)) {
      const url = jiti.esmResolve(name, { parentURL, try: true })
      if (!url?.startsWith('file:')) continue
      const imported = fileURLToPath(url)
      if (/[\\/]node_modules[\\/]/.test(imported)) continue
      graph.get(file)?.push(imported)
      await visit(imported)
    }
  }
  for (const root of roots) await visit(root)
  return graph
}

/** Specifiers of the user's own modules that a file imports: relative ones, and those of `imports` in package.json. */
async function ownImports(file: string): Promise<string[]> {
  if (!MODULE_EXTENSIONS.includes(extname(file))) return []
  const text = await readFile(file, 'utf8')
  try {
    const parsed = parseModule(text, /^\.m?ts$/.test(extname(file)))
    return importsOf(parsed).filter((name) => /^\.{1,2}\/|^#/.test(name))
  } catch (error) {
    const { loc, message } = error as SyntaxError & { loc?: { line: number; column: number } }
    const { line = 1, column = 0 } = loc ?? {}
    throw moduleFailed(
      file,
      `ParseError: ${message.replace(/ \(\d+:\d+\)$/, '')}\n ${file}:${line}:${column}`,
    )
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
