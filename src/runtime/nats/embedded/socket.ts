import { once } from 'node:events'
import { connect } from 'node:net'

/** Errors of a socket on which no process listens. Others say nothing, such as a full queue, or another user's socket. */
const NOBODY: readonly (string | undefined)[] = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']

/** Whether a process listens on a local socket. */
export async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return !NOBODY.includes((error as NodeJS.ErrnoException).code)
  } finally {
    socket.destroy()
  }
}
