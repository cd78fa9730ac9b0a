import { once } from 'node:events'
import { lstat, open, readlink, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { randomId } from '../../core/names.js'
import { makeCandidate, type Candidate, type OnConnection } from './lock-candidate.js'

const NAME = 'nats-server.lock'
/** Time for another process that found the same stale socket to put its own in the place. */
const SETTLE_MS = 100
/** Errors of a socket on which no process listens. Others say nothing, such as a full queue. */
const NOBODY: readonly (string | undefined)[] = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']

export type { OnConnection } from './lock-candidate.js'

/** A listening socket that is the lock of a folder. */
export interface LockSocket {
  release(): Promise<void>
}

/**
 * Takes the lock of a folder: a socket file in it, which nobody can reach who may not enter the folder, and everybody who may, from
 * other containers as well. The system ends it with its process; the file that is left then is stale, as no process listens.
 * @param onConnection called for each process that connects, at once, also while the socket is still being put into its place
 * @returns undefined when another process holds it
 */
export async function takeLock(folder: string, onConnection: OnConnection): Promise<LockSocket | undefined> {
  const paths = await openPaths(folder)
  const place = paths.of(NAME)
  let candidate: Candidate | undefined
  const release = async (): Promise<void> => {
    const left = candidate
    if (!left) return
    candidate = undefined
    if (await left.isAt(place)) await rm(place, { force: true })
    await left.remove()
    await paths.close()
  }
  try {
    candidate = await makeCandidate(paths.of(`${NAME}.${randomId()}`), onConnection)
    if (await takePlace(candidate, place)) return { release }
  } catch (error) {
    await (candidate ? release() : paths.close())
    throw error
  }
  await release()
  return undefined
}

/** Result of a connection to the process that holds a lock: `busy` when it takes no more connections now. */
export type Reached = Socket | 'busy' | 'nobody'

/** Connects to the process that holds the lock of a folder. */
export async function reachHolder(folder: string): Promise<Reached> {
  const paths = await openPaths(folder).catch(() => undefined)
  if (!paths) return 'nobody'
  try {
    return await reach(paths.of(NAME))
  } finally {
    await paths.close()
  }
}

/** Moves a socket to its place, unless a process listens on the one that is there. @returns whether it is there now */
async function takePlace(candidate: Candidate, place: string): Promise<boolean> {
  if (await candidate.putInto(place)) return true
  const holder = await reach(place)
  if (holder !== 'nobody') {
    if (holder !== 'busy') holder.destroy()
    return false
  }
  await candidate.replace(place)
  await delay(SETTLE_MS)
  return candidate.isAt(place)
}

async function reach(path: string): Promise<Reached> {
  const target = await readlink(path).catch(() => undefined)
  if (target !== undefined && !(await isOurs(dirname(target)))) return 'nobody'
  const socket = connect(target ?? path)
  socket.on('error', () => socket.destroy())
  try {
    await once(socket, 'connect')
    return socket
  } catch (error) {
    return NOBODY.includes((error as NodeJS.ErrnoException).code) ? 'nobody' : 'busy'
  }
}

/** Whether a folder of a temporary socket, which is gone with its process, has not been made again by a stranger. */
async function isOurs(folder: string): Promise<boolean> {
  return await lstat(folder).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  )
}

interface Paths {
  of(name: string): string
  close(): Promise<void>
}

/** Paths in a folder; on Linux through its descriptor, as the address of a socket has room for 107 bytes only. */
async function openPaths(folder: string): Promise<Paths> {
  if (process.platform !== 'linux')
    return { of: (name) => join(folder, name), close: () => Promise.resolve() }
  const handle = await open(folder)
  return { of: (name) => `/proc/self/fd/${handle.fd}/${name}`, close: () => handle.close() }
}
