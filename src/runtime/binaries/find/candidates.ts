import { access, constants, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import type { BinaryName, BinaryOrigin } from './binary.js'
import { cachedPath } from './cache.js'
import { buildFor, CATALOG, executableName } from './catalog.js'

export interface Candidate {
  origin: BinaryOrigin
  path: string
}

/** Programs that are there to be tried, best first. Whether they work is for the caller to see. */
export async function* candidates(name: BinaryName): AsyncGenerator<Candidate> {
  const explicit = process.env[CATALOG[name].variable]
  if (explicit) yield { origin: 'environment', path: resolve(explicit) }
  for (const { origin, path } of places(name)) {
    if (await isProgram(path)) yield { origin, path }
  }
}

function* places(name: BinaryName): Generator<Candidate> {
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

/** Folders in which Node would look for a package of the working folder's project, then of daffi itself. */
function moduleFolders(packageName: string): string[] {
  const from = [join(process.cwd(), 'package.json'), import.meta.url]
  return [...new Set(from.flatMap((file) => createRequire(file).resolve.paths(packageName) ?? []))]
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
