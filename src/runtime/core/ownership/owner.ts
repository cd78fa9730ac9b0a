import { lstatSync } from 'node:fs'

const ROOT_UID = 0

/** Facts that the system tells of a file or folder. */
export interface Ownership {
  uid: number
  gid: number
  mode: number
  isSymbolicLink: () => boolean
  isDirectory: () => boolean
}

/** Whether a folder exists that only this user may enter. */
export function isOurPrivateFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && stats.isDirectory() && isOwner(stats) && isPrivate(stats)
}

export function isOwner({ uid }: Ownership): boolean {
  return !hasUsers() || uid === ROOT_UID || uid === process.getuid?.()
}

export function isPrivate({ mode }: Ownership): boolean {
  return !hasUsers() || (mode & 0o077) === 0
}

export function hasUsers(): boolean {
  return process.getuid !== undefined
}
