import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DaffiError } from '../errors.js'

/**
 * Makes a folder, and those above it that are missing. Each is made by itself, so the error is that of the folder that could not be made:
 * the recursive mkdir of Node tells ENOENT of a file system that is mounted read-only, and never returns where it makes no folders.
 * @param mode rights of the folders that are made @default those that the system gives
 * @returns the outermost folder that is new; undefined when there is none
 * @throws DaffiError DAFFI_FOLDER_DENIED where the file system makes no folders, and the system's error
 */
export function makeFolders(path: string, mode?: number): string | undefined {
  const parent = dirname(path)
  try {
    return makeFolder(path, mode)
  } catch (error) {
    if (!isMissing(error) || parent === path) throw error
  }
  const above = makeFolders(parent, mode)
  try {
    const own = makeFolder(path, mode)
    return above ?? own
  } catch (error) {
    throw isMissing(error) ? notMade(path, error) : error
  }
}

/**
 * Makes a folder in one that exists, if it is missing.
 * @returns its path when it is new
 * @throws the system's error
 */
export function makeFolder(path: string, mode?: number): string | undefined {
  try {
    mkdirSync(path, { mode })
    return path
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

function notMade(path: string, cause: unknown): DaffiError {
  const message = `nothing can be written into ${path}: its file system makes no folders`
  return new DaffiError('DAFFI_FOLDER_DENIED', message, {
    cause,
    next: 'Use a folder of another file system.',
  })
}
