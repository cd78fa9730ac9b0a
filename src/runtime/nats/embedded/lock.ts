import { addAbortListener } from 'node:events'
import { readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { abortError } from '../../core/abort.js'
import { DaffiError } from '../../core/errors.js'
import { inFolder } from '../../core/project/folder-error.js'
import { stateFolder } from '../../core/project/project.js'
import { startTimer } from '../../core/timer.js'
import { describeHolder, forgetHolder, rememberHolder } from './lock-holder.js'
import { reachPipe, takePipe } from './lock-pipe.js'
import { reachHolder, takeLock, type Reached } from './lock-socket.js'

/** Time after which it is told who is waited for. */
const SLOW_MS = 3000
const READY = 'ready'
/** Time after which a holder that took no connection is asked again. */
const BUSY_MS = 500

/** The lock of the process that runs the project's server. The system releases it when that process ends, in whatever way. */
export interface Lock {
  /** Notifies all processes that wait in `ownerIsReady`, now and later, that the state file exists. */
  announce(): void
  release(): Promise<void>
}

/**
 * Acquires the project's lock; undefined when another process holds it.
 * @throws DaffiError DAFFI_FOLDER_…
 */
export async function acquireLock(project: string): Promise<Lock | undefined> {
  const folder = await stateFolder(project)
  const waiting = new WaitingProcesses()
  const onConnection = (socket: Socket): void => waiting.add(socket)
  const socket = await (process.platform === 'win32'
    ? takePipe(folder, onConnection)
    : inFolder(folder, () => takeLock(folder, onConnection)))
  if (!socket) {
    waiting.end()
    return undefined
  }
  await rememberHolder(folder)
  return {
    announce: () => waiting.announce(),
    async release() {
      await forgetHolder(folder)
      const closed = socket.release()
      waiting.end()
      await closed
    },
  }
}

/** Options of waiting for the owner. */
export interface WaitOptions {
  signal?: AbortSignal
  /** Called when it takes long, with words that say who is waited for. */
  onSlow?: (holder: string) => void
}

/**
 * Waits while another process holds the lock and has not announced its server yet.
 * @returns true once it has, false when no process holds the lock (any more) or the signal aborts
 * @throws DaffiError DAFFI_NO_SERVER when the holder is in another network namespace, where its server cannot be reached
 */
export async function ownerIsReady(project: string, { signal, onSlow }: WaitOptions = {}): Promise<boolean> {
  const folder = join(project, '.daffi')
  const holder = await reach(folder)
  if (holder === 'nobody') return false
  const tell = async (): Promise<void> => onSlow?.(await describeHolder(folder))
  if (holder === 'busy') {
    await tell()
    return false
  }
  const timer = startTimer(SLOW_MS, () => void tell())
  const stop = (): void => void holder.destroy()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  try {
    return await announces(holder, project)
  } finally {
    timer.cancel()
    signal?.removeEventListener('abort', stop)
    holder.destroy()
  }
}

/** Connects to the process that holds the lock of a folder. */
async function reach(folder: string): Promise<Reached> {
  return await (process.platform === 'win32' ? reachPipe(folder) : reachHolder(folder))
}

/** Reads the holder's lines: its network namespace at once, and later that it is ready. @returns false when the connection ends */
async function announces(holder: Socket, project: string): Promise<boolean> {
  let text = ''
  // Iterating ends without an error when the connection is destroyed here, and with one when it breaks.
  const chunks = holder.setEncoding('utf8') as AsyncIterable<string>
  try {
    for await (const chunk of chunks) {
      text += chunk
      const [network, ...words] = text.split('\n')
      if (words.length > 0 && network !== ownNetwork()) throw ownedElsewhere(project)
      if (words.includes(READY)) return true
    }
  } catch (error) {
    if (error instanceof DaffiError) throw error
  }
  return false
}

/**
 * Waits until no process holds the project's lock.
 * @throws DAFFI_ABORTED
 */
export async function ownerHasLeft(project: string, signal: AbortSignal): Promise<void> {
  const folder = join(project, '.daffi')
  for (;;) {
    const holder = await reach(folder)
    if (holder === 'nobody') return
    if (holder === 'busy') await delay(BUSY_MS, undefined, { signal })
    else await hasClosed(holder, signal)
  }
}

/** Waits for the end of a connection, also one that breaks, as that of a process that is killed. */
async function hasClosed(holder: Socket, signal: AbortSignal): Promise<void> {
  const stop = addAbortListener(signal, () => holder.destroy())
  try {
    holder.resume()
    await finished(holder).catch(() => undefined)
    if (signal.aborted) throw abortError(signal, 'waiting for the end of the process that runs nats-server')
  } finally {
    stop[Symbol.dispose]()
    holder.destroy()
  }
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

/** Name of the network namespace of this process; the same everywhere where there are none. */
function ownNetwork(): string {
  return process.platform === 'linux' ? readlinkSync('/proc/self/ns/net') : ''
}

/** The processes that wait for the owner. They may connect as soon as its socket has its place. */
class WaitingProcesses {
  readonly #sockets = new Set<Socket>()
  readonly #greeting = `${ownNetwork()}\n`
  #isReady = false
  #hasEnded = false

  add(socket: Socket): void {
    // A process that connects while the lock is released would wait for this process, and this process for its connection.
    if (this.#hasEnded) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.resume()
    socket.write(this.#greeting)
    if (this.#isReady) notify(socket)
  }

  announce(): void {
    this.#isReady = true
    this.#sockets.forEach(notify)
  }

  end(): void {
    this.#hasEnded = true
    this.#sockets.forEach((socket) => socket.destroy())
  }
}

function notify(socket: Socket): void {
  socket.write(`${READY}\n`)
}
