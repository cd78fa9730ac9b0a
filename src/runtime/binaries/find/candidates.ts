import { realpathSync } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { ownModuleFolders } from '../../core/process/package-file.js'
import { faultOf, faultOnTheWay, type Fault } from '../../core/ownership/ours.js'
import type { BinaryName, BinaryOrigin } from './binary.js'
import { cacheFolder } from '../../core/project/cache-folder.js'
import { cachedPath } from './cache.js'
import { buildFor, CATALOG, executableName } from './catalog.js'

/** A file that may be the program. */
export interface Candidate {
  origin: BinaryOrigin
  path: string
}

/** A candidate, and why it must not be run. */
export interface JudgedCandidate extends Candidate {
  fault: Fault | undefined
}

/**
 * Files that may be the program, in the order in which they are to be tried: the path in the environment variable, whether it
 * exists or not, then the executable files of installed packages, the PATH and the cache. A package whose install
 * step did not run has no such file and is left out. Packages and the cache are judged, since the user has not named
 * them: what is not ours must not be run. The caller finds out which of the others work.
 */
export async function* candidates(name: BinaryName, project: string): AsyncGenerator<JudgedCandidate> {
  const explicit = process.env[CATALOG[name].variable]
  if (explicit) yield { origin: 'environment', path: resolve(explicit), fault: undefined }
  for (const { base, ...candidate } of searchPaths(name, project)) {
    if (!(await isExecutable(candidate.path))) continue
    yield { ...candidate, fault: base === undefined ? undefined : faultBelow(base, candidate.path) }
  }
}

interface SearchPath extends Candidate {
  /** Folder from which on everything has to be ours. Without one, the user has named the folder. */
  base?: string
}

function* searchPaths(name: BinaryName, project: string): Generator<SearchPath> {
  for (const installed of CATALOG[name].installed) {
    for (const folder of moduleFolders(project)) {
      const path = join(folder, installed.package, installed.file)
      yield { origin: 'package', path, base: dirname(folder) }
    }
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    // A relative one would be another folder in each working folder.
    if (isAbsolute(folder)) yield { origin: 'path', path: join(folder, executableName(name)) }
  }
  const build = buildFor(name)
  if (build) yield { origin: 'cache', path: cachedPath(build), base: cacheFolder() }
}

/** The project's packages, then those that were installed for daffi. Not those of folders above, which may be another's. */
function moduleFolders(project: string): string[] {
  return [...new Set([join(realpathSync(project), 'node_modules'), ...ownModuleFolders()])]
}

function faultBelow(base: string, path: string): Fault | undefined {
  return faultOf(base) ?? faultOnTheWay(path, base)
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
