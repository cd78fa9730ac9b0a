import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { LockSocket, OnConnection, Reached } from './lock-socket.js'

/** Takes the lock of a folder on Windows: a named pipe, which vanishes with its process. @returns undefined when another holds it */
export async function takePipe(folder: string, onConnection: OnConnection): Promise<LockSocket | undefined> {
  const server = createServer(onConnection)
  try {
    server.listen(pipeOf(folder))
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined
    throw error
  }
  const release = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  return { release }
}

/** Connects to the process that holds the pipe of a folder. */
export async function reachPipe(folder: string): Promise<Reached> {
  const socket = connect(pipeOf(folder))
  socket.on('error', () => socket.destroy())
  return await once(socket, 'connect').then(
    () => socket,
    () => 'nobody',
  )
}

function pipeOf(folder: string): string {
  return `\\\\.\\pipe\\daffi-${createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 32)}`
}
