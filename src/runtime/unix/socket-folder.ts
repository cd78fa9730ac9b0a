import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { isAlive } from '../core/is-alive.js'
import { privateFolder } from '../core/ownership/ours.js'
import { isOurPrivateFolder } from '../core/ownership/owner.js'

/** Bytes for which the address of a socket has room on every system. */
const LONGEST_ADDRESS = 103
/** Bytes of the name of a socket in its folder, at most. */
const LONGEST_NAME = 40
const SOCKET = /^(\d+)-[A-Za-z0-9_-]+\.sock$/

/** Path of the socket of a process; undefined where there are none. */
export function socketPath(incarnation: string): string | undefined {
  const folder = socketFolder()
  return folder && join(folder, `${process.pid}-${incarnation}.sock`)
}

/** Folder of this user's sockets, which ends with the session or the system; undefined where there are none. */
function socketFolder(): string | undefined {
  const uid = process.getuid?.()
  if (uid === undefined) return undefined
  const { XDG_RUNTIME_DIR: runtime } = process.env
  const ofUser = `daffi-${uid}`
  const folders = [
    ...(runtime !== undefined && isAbsolute(runtime) && isOurPrivateFolder(runtime)
      ? [join(runtime, 'daffi')]
      : []),
    join(tmpdir(), ofUser),
    join('/tmp', ofUser),
  ]
  return folders.find((folder) => Buffer.byteLength(folder) + LONGEST_NAME <= LONGEST_ADDRESS)
}

/** Whether a socket lies where only this user could put it, and its address can be used. */
export async function isOurSocket(path: string): Promise<boolean> {
  if (!isAbsolute(path) || Buffer.byteLength(path) > LONGEST_ADDRESS) return false
  if (!isOurPrivateFolder(dirname(path))) return false
  const stats = await lstat(path).catch(() => undefined)
  return stats?.isSocket() ?? false
}

/** Makes the folder of a socket, if it is missing. @throws DaffiError DAFFI_NOT_OURS, and the system's error */
export async function makeSocketFolder(path: string): Promise<void> {
  await privateFolder(dirname(path))
}

/** Removes the socket of a process that ends, and what `removeStaleSockets` does. */
export async function removeSocket(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined)
  await removeStaleSockets()
}

/** Removes the sockets of processes that have ended, and the folder when none is left. */
export async function removeStaleSockets(): Promise<void> {
  const folder = socketFolder()
  if (!folder || !isOurPrivateFolder(folder)) return
  const names = await readdir(folder).catch(() => [])
  const stale = names.filter((name) => {
    const pid = SOCKET.exec(name)?.[1]
    return pid !== undefined && !isAlive(Number(pid))
  })
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)))
  await rmdir(folder).catch(() => undefined)
}
