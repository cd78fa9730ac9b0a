import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'

const ROOT_GID = 0
/** macOS: the group `admin`, whose users may become root. Homebrew's folders can be written by it. */
const ADMIN_GID = process.platform === 'darwin' ? 80 : ROOT_GID

/**
 * Whether a group has no user but this one and those who may become root. With umask 002, as some systems set it, all of a user's
 * files can be written by the user's private group: the one that bears the user's number or name.
 */
export function isTrustedGroup(gid: number): boolean {
  if (gid === ROOT_GID || gid === ADMIN_GID) return true
  return gid === process.getgid?.() && (gid === process.getuid?.() || nameOfGroup(gid) === nameOfUser())
}

function nameOfGroup(gid: number): string | undefined {
  const groups = readOrEmpty('/etc/group').split('\n')
  return groups.map((line) => line.split(':')).find(([, , id]) => id === String(gid))?.[0]
}

/** Null for a user without an entry, as in some containers. */
function nameOfUser(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
