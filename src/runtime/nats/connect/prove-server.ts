import { DaffiError } from '../../core/errors.js'
import { otherUserAt, usersOfServer } from '../../core/process/socket-table.js'

/** Number of times that the kernel's table is read: while sockets come and go, a row can be missed. */
const READINGS = 3

/**
 * Checks that a server at 127.0.0.1 is this user's, once it has sent something on a connection: the kernel says whose processes
 * listen there and have accepted it. Only with both can it not be another user's, whose connection has outlived its listening.
 * @throws DaffiError DAFFI_SERVER_UNPROVEN
 */
export function proveServer(url: string, clientPort: number): void {
  const port = Number(new URL(url).port)
  const own = process.geteuid?.()
  for (let reading = 0; reading < READINGS; reading++) {
    const { listens, accepted } = usersOfServer(port, clientPort)
    if (own !== undefined && listens === own && accepted === own) return
  }
  const other = otherUserAt(port, clientPort)
  const who = other === undefined ? 'a process that cannot be identified' : `a process of the user ${other}`
  throw new DaffiError('DAFFI_SERVER_UNPROVEN', `${who} answers at ${url} in place of the project's server`)
}
