import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { inFolder } from './folder-error.js'
import {
  assertOurs,
  faultOf,
  faultOfOwner,
  faultOnTheWay,
  privateFolder,
  type Fault,
} from '../ownership/ours.js'

/**
 * Folder of the project: of the nearest package.json at or above the pipeline file's folder, else that folder itself.
 * Without a file the search starts in the working folder. It ends where a folder or a package.json is not ours, since
 * what lies there is run.
 */
export function findProject(pipelineFile?: string): string {
  const start = pipelineFile === undefined ? process.cwd() : dirname(resolve(pipelineFile))
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (folder !== start && faultAt(folder)) return start
    if (existsSync(manifest)) return folder === start || isOurManifest(folder) ? folder : start
    if (folder === dirname(folder)) return start
  }
}

/**
 * Creates the project's `.daffi` folder (mode 0700, ignored by git) if it is missing, and gives its path. One that others could
 * enter, as when it came with a clone, loses its compiled modules: they could be other code than the sources.
 * @throws DaffiError DAFFI_NOT_OURS, DAFFI_FOLDER_READ_ONLY, DAFFI_FOLDER_FULL, DAFFI_FOLDER_TAKEN, DAFFI_FOLDER_DENIED
 */
export async function stateFolder(project: string): Promise<string> {
  const folder = join(project, '.daffi')
  await inFolder(folder, async () => {
    assertOurs(realpathSync(project))
    const wasPrivate = await privateFolder(folder)
    if (!wasPrivate) await rm(moduleCache(folder), { recursive: true, force: true })
    const ignore = join(folder, '.gitignore')
    if (!existsSync(ignore)) await writeFile(ignore, '*\n')
  })
  return folder
}

/** Why nothing of a project may be run or believed; undefined when it and its `.daffi`, if there is one, are ours. */
export function faultOfProject(project: string): Fault | undefined {
  const folder = join(project, '.daffi')
  const state = lstatSync(folder, { throwIfNoEntry: false })
  return faultAt(project) ?? (state && faultOfOwner(folder, state))
}

/**
 * Creates the folder of compiled modules in the project's `.daffi` if it is missing, and gives its path.
 * @throws DaffiError those of `stateFolder`
 */
export async function moduleCacheFolder(project: string): Promise<string> {
  const folder = moduleCache(await stateFolder(project))
  await inFolder(folder, () => privateFolder(folder))
  return folder
}

function moduleCache(stateFolder: string): string {
  return join(stateFolder, 'cache')
}

function isOurManifest(folder: string): boolean {
  const real = realpathSync(folder)
  return !faultOnTheWay(join(real, 'package.json'), real)
}

/** A folder may be reached through a link, as /tmp is on macOS, and may be missing when the file is. */
function faultAt(folder: string): Fault | undefined {
  return existsSync(folder) ? faultOf(realpathSync(folder)) : undefined
}
