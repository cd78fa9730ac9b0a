import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isCount, isMeasure, isText, mapOf, orNull } from '../core/message/forms.js'
import { parseJson } from '../core/message/parse-json.js'
import { randomId } from '../core/names.js'
import { isRunning, ownIdentity, type ProcessIdentity } from '../core/process/process-identity.js'
import { inFolder } from '../core/project/folder-error.js'
import { makeFolders } from '../core/ownership/make-folders.js'
import { stateFolder } from '../core/project/project.js'

const POLL_MS = 50

const isIdentity = mapOf<ProcessIdentity>({
  pid: isCount,
  processTable: isText,
  started: orNull(isMeasure),
})

/**
 * Starts a run in the background while no other command does so for the same pipeline: the second one then finds the run of the
 * first.
 */
export async function withStartLock<T>(
  project: string,
  pipeline: string,
  signal: AbortSignal,
  start: () => Promise<T>,
): Promise<T> {
  const folder = join(await stateFolder(project), 'running')
  const lock = join(folder, `${pipeline}.starting`)
  const own = `${lock}.${randomId()}`
  await inFolder(folder, async () => {
    makeFolders(folder)
    await writeFile(own, JSON.stringify(ownIdentity()), { mode: 0o600 })
  })
  try {
    while (!(await taken(own, lock))) {
      if (!(await isHeld(lock))) await rm(lock, { force: true })
      else await delay(POLL_MS, undefined, { signal })
    }
    try {
      return await start()
    } finally {
      await rm(lock, { force: true })
    }
  } finally {
    await rm(own, { force: true })
  }
}

/** A link appears with its content, and only once. */
async function taken(own: string, lock: string): Promise<boolean> {
  try {
    await link(own, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Whether the process that has taken the lock lives, as far as is known. */
async function isHeld(lock: string): Promise<boolean> {
  const owner = parseJson(await readFile(lock, 'utf8').catch(() => ''))
  return isIdentity(owner) && isRunning(owner) === true
}
