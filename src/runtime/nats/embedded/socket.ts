import { once } from 'node:events'
import { connect } from 'node:net'

/** Whether a process accepts connections on a local socket. */
export async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
