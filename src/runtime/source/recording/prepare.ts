import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DaffiError } from '../../core/errors.js'
import { RECORDING_INDEX } from '../../core/plan/plan.js'
import { folderReason } from '../../core/project/folder-error.js'
import { makeFolders } from '../../core/ownership/make-folders.js'
import { FOLDER_MODE } from './format.js'

/**
 * Makes the folder for recordings before anything runs.
 * @throws DaffiError DAFFI_USAGE when it cannot be made, or already holds a recording of one of the sources
 */
export function prepareRecordings(folder: string, sources: string[]): void {
  const next = 'Name another folder.'
  try {
    makeFolders(folder, FOLDER_MODE)
  } catch (cause) {
    throw new DaffiError('DAFFI_USAGE', `nothing can be recorded in ${folder}: ${folderReason(cause)}`, {
      cause,
      next,
    })
  }
  const recorded = sources.find((name) => existsSync(join(folder, name, RECORDING_INDEX)))
  if (recorded === undefined) return
  throw new DaffiError('DAFFI_USAGE', `${folder} holds a recording of ${recorded} already`, { next })
}
