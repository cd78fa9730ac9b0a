import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import type { ErrorCode } from '../error-codes.js'
import { DaffiError, messageOf } from '../errors.js'

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

/** Codes of a folder in whose place another one is easily used, where a variable can name it. */
const ELSEWHERE: readonly ErrorCode[] = ['DAFFI_FOLDER_READ_ONLY', 'DAFFI_FOLDER_DENIED']

/**
 * Gives the system's refusal to write into a folder as an error of daffi, and any other error as it is.
 * @param elsewhere advice about using another folder @default what the code says
 */
export function folderError(error: unknown, folder: string, elsewhere?: string): unknown {
  const [code, reason] = knownAs(error) ?? []
  if (code === undefined) return error
  return new DaffiError(code, `nothing can be written into ${folder}: ${reason}`, {
    cause: error,
    ...(elsewhere !== undefined && ELSEWHERE.includes(code) && { next: elsewhere }),
  })
}

/** Why something could not be written, without its path. */
export function folderReason(error: unknown): string {
  return knownAs(error)?.[1] ?? messageOf(error)
}

/** Writes into a folder. @throws DaffiError DAFFI_FOLDER_…, and the errors of `write` that are none of the folder's */
export async function inFolder<T>(folder: string, write: () => Promise<T>, elsewhere?: string): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw folderError(error, folder, elsewhere)
  }
}

/** Why nothing can be written into a folder that exists, or could be made; undefined when it can. Changes nothing. */
export function whyUnwritable(folder: string, elsewhere?: string): unknown {
  for (let nearest = folder; ; nearest = dirname(nearest)) {
    try {
      // With the dot, a file in its place is told apart from one that this user may not enter.
      accessSync(`${nearest}/.`, constants.W_OK | constants.X_OK)
      return undefined
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && nearest !== dirname(nearest)
      if (!isMissing) return folderError(error, folder, elsewhere)
    }
  }
}

function knownAs(error: unknown): [code: ErrorCode, reason: string] | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code === undefined ? undefined : REASONS[code]
}
