import { once } from 'node:events'
import { link, open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { randomId } from '../../core/names.js'
import { answers } from './socket.js'

const NAME = 'nats-server.lock'
/** Time for another process that found the same stale socket to put its own in the place. */
const SETTLE_MS = 100

/** The lock of the project's folder. */
export interface FolderLock {
  release(): Promise<void>
}

/**
 * Acquires the lock of a folder that several network namespaces (containers) may share, where an abstract socket of one is
 * unknown to the others: a socket file. It is stale when no process accepts connections on it.
 * @returns undefined when another process holds it
 */
export async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  const handle = await open(folder)
  const path = pathsIn(handle)
  const first = path(`${NAME}.${randomId()}`)
  const server = await listen(first)
  const inode = await inodeOf(first)
  let released = false
  const release = async (): Promise<void> => {
    if (released) return
    released = true
    if (server && (await inodeOf(path(NAME))) === inode) await rm(path(NAME), { force: true })
    // Removes the socket's first name, if it still has it.
    server?.close()
    await handle.close()
  }
  try {
    // Where there can be no socket, in some mounted file systems, the lock of the network namespace has to do.
    if (!server || inode === undefined || (await place(first, path(NAME), inode))) return { release }
  } catch (error) {
    await release()
    throw error
  }
  await release()
  return undefined
}

/** Whether a process holds the folder's lock. */
export async function isFolderLocked(folder: string): Promise<boolean> {
  const handle = await open(folder).catch(() => undefined)
  if (!handle) return false
  try {
    return await answers(pathsIn(handle)(NAME))
  } finally {
    await handle.close()
  }
}

/** Moves a socket to its place, unless a process listens on the one that is there. @returns whether it is there now */
async function place(first: string, name: string, inode: number): Promise<boolean> {
  try {
    // Fails when there is one: of many that do this at once, one succeeds.
    await link(first, name)
    await rm(first)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (await answers(name)) return false
  await rename(first, name)
  await delay(SETTLE_MS)
  return (await inodeOf(name)) === inode
}

async function inodeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  )
}

async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy())
  try {
    server.listen(path)
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

/** Paths in a folder through its descriptor: the address of a socket has room for 107 bytes, and folders' names are longer. */
function pathsIn({ fd }: FileHandle): (name: string) => string {
  return (name) => `/proc/self/fd/${fd}/${name}`
}
