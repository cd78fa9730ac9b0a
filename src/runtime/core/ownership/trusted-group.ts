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
  const uid = process.getuid?.()
  if (gid !== process.getgid?.()) return false
  const users = entries('/etc/passwd')
  const user = users.find(([, , id]) => id === String(uid))?.[0] ?? nameOfUser()
  const groups = entries('/etc/group').filter(([, , id]) => id === String(gid))
  const isPrivate = gid === uid || groups.some(([name]) => name === user)
  const members = groups.flatMap(([, , , names = '']) => names.split(',').filter((name) => name !== ''))
  const others = users.filter(([, , id, group]) => group === String(gid) && id !== String(uid))
  return isPrivate && others.length === 0 && members.every((name) => name === user)
}

/** Fields of the lines of such a file. */
function entries(path: string): string[][] {
  return readOrEmpty(path)
    .split('\n')
    .map((line) => line.split(':'))
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
