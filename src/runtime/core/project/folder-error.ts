import type { ErrorCode } from '../error-codes.js'
import { DaffiError } from '../errors.js'

/** daffi's code and its cause, by the system's code. */
const REASONS: Readonly<Record<string, [code: ErrorCode, reason: string]>> = {
  EROFS: ['DAFFI_FOLDER_READ_ONLY', 'its file system is mounted read-only'],
  ENOSPC: ['DAFFI_FOLDER_FULL', 'its disk is full'],
  EDQUOT: ['DAFFI_FOLDER_FULL', 'the quota of its disk is used up'],
  EEXIST: ['DAFFI_FOLDER_TAKEN', 'there is a file in its place'],
  ENOTDIR: ['DAFFI_FOLDER_TAKEN', 'there is a file in the place of a folder'],
  EISDIR: ['DAFFI_FOLDER_TAKEN', 'there is a folder in the place of a file'],
  EACCES: ['DAFFI_FOLDER_DENIED', 'this user may not'],
  EPERM: ['DAFFI_FOLDER_DENIED', 'it belongs to another user'],
}

/** Gives the system's refusal to write into a folder as an error of daffi, and any other error as it is. */
export function folderError(error: unknown, folder: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  const known = code === undefined ? undefined : REASONS[code]
  if (!known) return error
  return new DaffiError(known[0], `nothing can be written into ${folder}: ${known[1]}`, { cause: error })
}

/** Writes into a folder. @throws DaffiError DAFFI_FOLDER_…, and the errors of `write` that are none of the folder's */
export async function inFolder<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw folderError(error, folder)
  }
}
