import { access, constants, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import type { BinaryName, BinaryOrigin } from './binary.js'
import { cachedPath } from './cache.js'
import { buildFor, CATALOG, executableName } from './catalog.js'

/** A file that may be the program. */
export interface Candidate {
  origin: BinaryOrigin
  path: string
}

/**
 * Files that may be the program, in the order in which they are to be tried: the path in the environment variable, whether it
 * exists or not, then the executable files of installed packages, the PATH and the cache. A package whose install
 * step did not run has no such file and is left out. The caller finds out which ones work.
 */
export async function* candidates(name: BinaryName): AsyncGenerator<Candidate> {
  const explicit = process.env[CATALOG[name].variable]
  if (explicit) yield { origin: 'environment', path: resolve(explicit) }
  for (const { origin, path } of searchPaths(name)) {
    if (await isExecutable(path)) yield { origin, path }
  }
}

function* searchPaths(name: BinaryName): Generator<Candidate> {
  for (const installed of CATALOG[name].installed) {
    for (const folder of moduleFolders(installed.package)) {
      yield { origin: 'package', path: join(folder, installed.package, installed.file) }
    }
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder) yield { origin: 'path', path: resolve(folder, executableName(name)) }
  }
  const build = buildFor(name)
  if (build) yield { origin: 'cache', path: cachedPath(build) }
}

/** The node_modules folders that Node searches for a package: for the working folder's project first, then for daffi itself. */
function moduleFolders(packageName: string): string[] {
  const from = [join(process.cwd(), 'package.json'), import.meta.url]
  return [...new Set(from.flatMap((file) => createRequire(file).resolve.paths(packageName) ?? []))]
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
