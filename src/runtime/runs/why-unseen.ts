import { accessSync, constants, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { isOurPrivateFolder } from '../core/ownership/owner.js'

/** Tells why this user cannot see the runs of a project that has a folder `.daffi`; undefined when it can, or there is none. */
export function whyUnseen(project: string): string | undefined {
  const state = join(project, '.daffi')
  const stats = lstatSync(state, { throwIfNoEntry: false })
  if (!stats) return undefined
  if (isOurPrivateFolder(state)) {
    try {
      accessSync(state, constants.R_OK | constants.X_OK)
      return undefined
    } catch {
      return `${state} belongs to another user (uid ${stats.uid})`
    }
  }
  if (stats.uid !== process.getuid?.()) return `${state} belongs to another user (uid ${stats.uid})`
  return `${state} is ${stats.isDirectory() ? 'open to other users' : 'no folder'}`
}
