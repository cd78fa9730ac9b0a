import { once } from 'node:events'
import { link, lstat, mkdtemp, readlink, rename, rm, symlink } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes for which the address of a socket has room on every system. */
const LONGEST_ADDRESS = 103

/** Function that gets each connection to a socket. */
export type OnConnection = (socket: Socket) => void

/** A listening socket with a first name in a folder, which is to become the folder's lock. */
export interface Candidate {
  /** Puts it into a place where nothing is: of many that do this at once, one succeeds. @returns whether it is there */
  putInto(place: string): Promise<boolean>
  /** Puts it in the place of whatever is there. */
  replace(place: string): Promise<void>
  isAt(place: string): Promise<boolean>
  /** Closes it and removes its first name, if it still has that. */
  remove(): Promise<void>
}

/**
 * Makes a socket with a path in the folder; where the path is too long, or the file system has no sockets, as some that are mounted into
 * containers, a link to a socket in a temporary folder that only this user may enter.
 * @throws the system's error when the folder takes neither
 */
export async function makeCandidate(path: string, onConnection: OnConnection): Promise<Candidate> {
  const server =
    Buffer.byteLength(path) > LONGEST_ADDRESS
      ? undefined
      : await listen(path, onConnection).catch(() => undefined)
  return server ? makeSocket(server, path) : makeLink(path, onConnection)
}

async function makeSocket(server: Server, path: string): Promise<Candidate> {
  const inode = await inodeOf(path)
  return {
    async putInto(place) {
      if (!(await isDone(link(path, place)))) return false
      await rm(path, { force: true })
      return true
    },
    replace: (place) => rename(path, place),
    isAt: async (place) => (await inodeOf(place)) === inode,
    remove() {
      server.close()
      return rm(path, { force: true })
    },
  }
}

async function makeLink(path: string, onConnection: OnConnection): Promise<Candidate> {
  const folder = await mkdtemp(join(tmpdir(), 'daffi-'))
  const target = join(folder, 'lock')
  const removeSocket = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const server = await listen(target, onConnection)
    return {
      putInto: (place) => isDone(symlink(target, place)),
      async replace(place) {
        await symlink(target, path)
        await rename(path, place)
      },
      isAt: async (place) => (await readlink(place).catch(() => undefined)) === target,
      async remove() {
        server.close()
        await removeSocket()
      },
    }
  } catch (error) {
    await removeSocket()
    throw error
  }
}

/** Waits for something to be put into a place. @returns false when the place is taken */
async function isDone(putting: Promise<void>): Promise<boolean> {
  try {
    await putting
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return await lstat(path).then(
    ({ ino }) => ino,
    () => undefined,
  )
}

async function listen(path: string, onConnection: OnConnection): Promise<Server> {
  const server = createServer(onConnection)
  server.listen(path)
  await once(server, 'listening')
  return server
}
