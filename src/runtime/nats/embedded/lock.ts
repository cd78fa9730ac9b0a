import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DaffiError } from '../../core/errors.js'
import { stateFolder } from '../../core/project/project.js'
import { isFolderLocked, lockFolder } from './folder-lock.js'
import { answers } from './socket.js'

/** The lock of the process that runs the project's server. The system releases it when that process ends, in whatever way. */
export interface Lock {
  /** Notifies all processes that wait in `ownerIsReady`, now and later, that the state file exists. */
  announce(): void
  release(): Promise<void>
}

/**
 * Acquires the project's lock; undefined when another process holds it.
 * @throws DaffiError DAFFI_NO_SERVER when that is a process in another network namespace
 */
export async function acquireLock(project: string): Promise<Lock | undefined> {
  const lock = await acquireHere(project)
  if (!lock || process.platform !== 'linux') return lock
  const folder = await lockFolder(await stateFolder(project)).catch(async (error: unknown) => {
    await lock.release()
    throw error
  })
  if (folder) {
    const release = async (): Promise<void> => {
      // In this order, or another process could take this one for an owner in another namespace.
      await folder.release()
      await lock.release()
    }
    return { ...lock, release }
  }
  await lock.release()
  throw ownedElsewhere(project)
}

/**
 * Refuses to wait for a server that this process could not reach.
 * @throws DaffiError DAFFI_NO_SERVER when a process in another network namespace holds the lock
 */
export async function refuseOwnerElsewhere(project: string): Promise<void> {
  if (process.platform !== 'linux') return
  const folder = join(project, '.daffi')
  if (!(await isFolderLocked(folder)) || (await answers(await lockName(project)))) return
  // Its owner may have left between the two.
  if (await isFolderLocked(folder)) throw ownedElsewhere(project)
}

function ownedElsewhere(project: string): DaffiError {
  return new DaffiError(
    'DAFFI_NO_SERVER',
    `the server of ${project} runs in another network namespace, such as that of a container, and cannot be reached from here`,
    {
      next: 'Let the containers share one network (docker run --network container:NAME), give each its own copy of the project, or run a NATS server that all of them reach, and name it by --server.',
    },
  )
}

/** Acquires the lock among the processes of this network namespace. */
async function acquireHere(project: string): Promise<Lock | undefined> {
  const name = await lockName(project)
  for (;;) {
    const server = await listen(name)
    if (server) return hold(server)
    if (!isSocketFile(name) || (await answers(name))) return undefined
    await rm(name, { force: true })
  }
}

/**
 * Waits while another process holds the lock and has not announced its server yet.
 * @returns true once it has, false when no process holds the lock (any more) or the signal aborts
 */
export async function ownerIsReady(project: string, signal?: AbortSignal): Promise<boolean> {
  const socket = connect(await lockName(project))
  const stop = (): void => void socket.destroy()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
    })
  } finally {
    signal?.removeEventListener('abort', stop)
    socket.destroy()
  }
}

function hold(server: Server): Lock {
  const waiting = new Set<Socket>()
  let ready = false
  const notify = (socket: Socket): void => void socket.write('ready\n')
  server.on('connection', (socket) => {
    waiting.add(socket)
    socket.on('close', () => waiting.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.resume()
    if (ready) notify(socket)
  })
  return {
    announce() {
      ready = true
      waiting.forEach(notify)
    },
    async release() {
      waiting.forEach((socket) => socket.destroy())
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * Address of the socket that is the lock. Abstract sockets on Linux and named pipes on Windows vanish with their process;
 * network namespaces, of which each has its own abstract sockets, are kept apart by the lock of the folder.
 * Elsewhere it is a socket file, which is stale when no process accepts connections on it.
 */
async function lockName(project: string): Promise<string> {
  const path = await realpath(project)
  const user = process.getuid?.() ?? ''
  const id = `daffi-${user}-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  if (process.platform === 'linux') return `\0${id}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${id}`
  return join(tmpdir(), id)
}

function isSocketFile(name: string): boolean {
  return name.startsWith('/')
}

async function listen(name: string): Promise<Server | undefined> {
  const server = createServer()
  try {
    server.listen(name)
    await once(server, 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
}
