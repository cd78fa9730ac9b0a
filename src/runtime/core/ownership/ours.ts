import { lstatSync, readlinkSync } from 'node:fs'
import { chmod, lstat } from 'node:fs/promises'
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path'
import { DaffiError } from '../errors.js'
import { makeFolders } from './make-folders.js'
import { hasUsers, isOwner, isPrivate, type Ownership } from './owner.js'
import { isTrustedGroup } from './trusted-group.js'

const MAX_LINKS = 40

/** Why something is not ours, and what to do about it. */
export interface Fault {
  path: string
  /** Verb and rest of a sentence whose subject is the path. */
  reason: string
  next: string
}

/**
 * The one rule by which daffi takes a file or folder for its user's own, and runs or believes what is in it: it is no link,
 * belongs to this user or to root, and nobody else may write to it. In a folder with the sticky bit, such as /tmp, everybody may
 * write, but nobody may touch what is another's; so there each entry is judged by itself. Without users, on Windows, only links are
 * refused.
 * @returns undefined when it is ours
 */
export function faultOf(path: string, stats: Ownership = lstatSync(path)): Fault | undefined {
  return faultOfOwner(path, stats) ?? faultOfMode(path, stats)
}

/** @throws DaffiError DAFFI_NOT_OURS */
export function assertOurs(path: string): void {
  const fault = faultOf(path)
  if (fault) throw notOurs(fault)
}

/**
 * Applies the rule to every folder on the way from `base` to a file, and to the file. Links are followed, since package managers
 * make them: each has to lie in a folder of ours and to belong to us, and the way goes on at its target.
 * @param base folder above the file that was judged already. @default the root of the file system
 */
export function faultOnTheWay(file: string, base: string = parse(file).root): Fault | undefined {
  let links = 0
  const walk = (from: string, names: string[]): Fault | undefined => {
    let path = from
    for (const [index, name] of names.entries()) {
      path = join(path, name)
      const stats = lstatSync(path)
      if (!stats.isSymbolicLink()) {
        const fault = faultOf(path, stats)
        if (fault) return fault
        continue
      }
      if (!isOwner(stats)) return foreign(path, stats)
      if (++links > MAX_LINKS) return linked(path)
      const target = resolve(dirname(path), readlinkSync(path))
      const start = isBelow(target, base) ? base : parse(target).root
      return walk(start, [...namesBetween(start, target), ...names.slice(index + 1)])
    }
    return undefined
  }
  return walk(base, namesBetween(base, file))
}

/**
 * Creates a folder that only this user may enter, if it is missing, and closes one that is this user's to the others.
 * @returns whether it is new, or was closed to the others already
 * @throws DaffiError DAFFI_NOT_OURS, and the errors of `makeFolders`
 */
export async function privateFolder(path: string): Promise<boolean> {
  makeFolders(path, 0o700)
  const stats = await lstat(path)
  const fault = faultOfOwner(path, stats)
  if (fault) throw notOurs(fault)
  if (isPrivate(stats)) return true
  await chmod(path, 0o700)
  if (!isPrivate(await lstat(path))) throw notOurs(withoutModes(path))
  return false
}

export function notOurs({ path, reason, next }: Fault): DaffiError {
  return new DaffiError('DAFFI_NOT_OURS', `${path} ${reason}`, { next, details: { path } })
}

/** The rule without the rights of others, for a folder that daffi closes to them. */
export function faultOfOwner(path: string, stats: Ownership): Fault | undefined {
  if (stats.isSymbolicLink()) return linked(path)
  return isOwner(stats) ? undefined : foreign(path, stats)
}

function faultOfMode(path: string, stats: Ownership): Fault | undefined {
  const { mode, gid } = stats
  const isSticky = stats.isDirectory() && (mode & 0o1000) !== 0
  if (!hasUsers() || isSticky) return undefined
  const next = `Take that right away: chmod go-w ${path}`
  if ((mode & 0o002) !== 0) return { path, reason: 'can be written by every user', next }
  if ((mode & 0o020) === 0 || isTrustedGroup(gid)) return undefined
  return { path, reason: `can be written by every user of group ${gid}`, next }
}

function foreign(path: string, { uid }: Ownership): Fault {
  const next = `Run daffi as that user, without sudo (in a container: --user ${uid}), or give it to this user: chown -R ${process.getuid?.() ?? ''} ${path}`
  return { path, reason: `belongs to another user (uid ${uid})`, next }
}

function linked(path: string): Fault {
  return { path, reason: 'is a link', next: 'Remove the link, or put what it leads to in its place.' }
}

function withoutModes(path: string): Fault {
  const next = 'Keep the project, and the cache, on a file system that has owners and permissions.'
  return { path, reason: 'cannot be closed to other users: its file system keeps no permissions', next }
}

function namesBetween(base: string, path: string): string[] {
  return relative(base, path)
    .split(sep)
    .filter((name) => name !== '')
}

function isBelow(path: string, base: string): boolean {
  const between = relative(base, path)
  return between !== '..' && !between.startsWith(`..${sep}`) && !isAbsolute(between)
}
